package ptvd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The example is built the way its author would: in a module of its own, which
// names ours.
func TestAThirdPartysPluginBuildsAndRuns(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("examples/blink")); err != nil {
		t.Fatal(err)
	}
	copyFile(t, "go.sum", filepath.Join(dir, "go.sum"))
	in := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	in("go", "mod", "edit", "-replace", "ptvd="+here)
	in("go", "test", "-mod=mod", "./...")
	in("go", "build", "-mod=mod", "-o", "blinkd", "./cmd/blinkd")
	if out := in("./blinkd", "plugins", "blink"); !strings.Contains(out, "pause  stops blinking, or goes on") {
		t.Errorf("the daemon does not know the plugin:\n%s", out)
	}
	in("./blinkd", "check", "--config", "blink.yaml")
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	if err := os.WriteFile(to, []byte(read(t, from)), 0o644); err != nil {
		t.Fatal(err)
	}
}
