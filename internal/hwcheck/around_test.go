package hwcheck

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAnotherPtvdIsARivalWhenItWorksOnTheHardware(t *testing.T) {
	self := filepath.Base(os.Args[0])
	for name, c := range map[string]struct {
		cmdline string
		want    int
	}{
		"the service":                        {"/usr/bin/" + self + "\x00run\x00--config\x00x.yaml\x00", 812},
		"another check of the hardware":      {self + "\x00check\x00--hardware\x00", 812},
		"a check of the file alone":          {self + "\x00check\x00", 0},
		"a demo":                             {self + "\x00demo\x00", 0},
		"somebody else's run":                {"/usr/bin/docker\x00run\x00", 0},
		"a thread of the kernel":             {"", 0},
		"an editor of the service's own log": {"less\x00" + self + "\x00", 0},
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
			if got := rival(proc); got != c.want {
				t.Errorf("the rival is %d, not %d", got, c.want)
			}
		})
	}
}

func TestThePinsOfTheHeaderAreOnesOwnEach(t *testing.T) {
	seen := map[int]int{}
	for gpio, pin := range header {
		if other, taken := seen[pin]; taken || pin < 3 || pin > 40 {
			t.Errorf("GPIO%d is said to be on pin %d, like GPIO%d", gpio, pin, other)
		}
		seen[pin] = gpio
	}
	for _, power := range []int{1, 2, 4, 6, 9, 14, 17, 20, 25, 30, 34, 39} {
		if gpio, taken := seen[power]; taken {
			t.Errorf("GPIO%d is said to be on pin %d, which is power or ground", gpio, power)
		}
	}
	if len(header) != 28 {
		t.Errorf("the header has GPIO0 to 27, not %d", len(header))
	}
	if got := headerPins("GPIO28") + headerPins("GPIO") + headerPins("pwmchip0/1"); got != "" {
		t.Errorf("what is not on the header is said to be on %q", got)
	}
}
