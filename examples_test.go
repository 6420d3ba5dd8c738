package ptvd_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Each example is a module of its own, and is tested and built the way its author
// would.
func TestAThirdPartysPluginsBuildAndRun(t *testing.T) {
	folder, err := filepath.Abs("bin/examples") // a daemon that is up to date there is not linked again
	if err != nil {
		t.Fatal(err)
	}
	for _, example := range []struct{ name, plugin, doc string }{
		{"blink", "blink", "pause  stops blinking, or goes on"},
		{"bridge", "bridge", "sends every state and event as lines of JSON"},
		{"feed", "feed", "publishes departures from a JSON feed"},
		{"textpanel", "display", "a named pipe or a file that takes lines of text"},
		{"thermometer", "display", "a temperature; -- while there is none"},
	} {
		t.Run(example.name, func(t *testing.T) {
			daemon, config := filepath.Join(folder, example.name+"d"), example.name+".yaml"
			in := func(name string, args ...string) string {
				t.Helper()
				cmd := exec.Command(name, args...)
				cmd.Dir = filepath.Join("examples", example.name)
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
				}
				return string(out)
			}
			in("go", "test", "./...")
			in("go", "build", "-ldflags=-s -w", "-o", daemon, "./cmd/"+example.name+"d")
			in(daemon, "check", "--config", config)
			if out := in(daemon, "plugins", example.plugin); !strings.Contains(out, example.doc) {
				t.Errorf("the daemon does not list %q:\n%s", example.doc, out)
			}
			if example.name != "blink" {
				return
			}
			if out := in(daemon, "check", "--hardware", "--for", "100ms", "--config", config); !strings.Contains(out, "The LED on GPIO22 blinks.") {
				t.Errorf("the plugin's hardware test did not run:\n%s", out)
			}
		})
	}
}
