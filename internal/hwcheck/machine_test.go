package hwcheck

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAnotherInstanceCountsOnlyIfItUsesTheHardware(t *testing.T) {
	self := filepath.Base(os.Args[0])
	for name, c := range map[string]struct {
		cmdline string
		want    int
	}{
		"the service":                           {"/usr/bin/" + self + "\x00run\x00--config\x00x.yaml\x00", 812},
		"another check of the hardware":         {self + "\x00check\x00--hardware\x00", 812},
		"a check without hardware":              {self + "\x00check\x00", 0},
		"a demo":                                {self + "\x00demo\x00", 0},
		"another program's run":                 {"/usr/bin/docker\x00run\x00", 0},
		"a kernel thread":                       {"", 0},
		"a pager with the name as its argument": {"less\x00" + self + "\x00", 0},
	} {
		t.Run(name, func(t *testing.T) {
			proc := t.TempDir()
			for path, text := range map[string]string{"812/cmdline": c.cmdline, "self/cmdline": self + "\x00run\x00"} {
				file := filepath.Join(proc, path)
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got := otherInstance(proc); got != c.want {
				t.Errorf("got PID %d, want %d", got, c.want)
			}
		})
	}
}
