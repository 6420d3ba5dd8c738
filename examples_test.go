package ptvd_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The example is a module of its own, and is tested and built the way its author
// would.
func TestAThirdPartysPluginBuildsAndRuns(t *testing.T) {
	in := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = "examples/blink"
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	blinkd := filepath.Join(t.TempDir(), "blinkd")
	in("go", "test", "./...")
	in("go", "build", "-o", blinkd, "./cmd/blinkd")
	if out := in(blinkd, "plugins", "blink"); !strings.Contains(out, "pause  stops blinking, or goes on") {
		t.Errorf("the daemon does not know the plugin:\n%s", out)
	}
	in(blinkd, "check", "--config", "blink.yaml")
	if out := in(blinkd, "check", "--hardware", "--for", "100ms", "--config", "blink.yaml"); !strings.Contains(out, "The LED on GPIO22 blinks.") {
		t.Errorf("the plugin's hardware test did not run:\n%s", out)
	}
}
