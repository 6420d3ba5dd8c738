package periph

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestAChipThatCannotBeReadIsListedWithTheReasonAndALinkToOneIsNot(t *testing.T) {
	dev := t.TempDir()
	for _, name := range []string{"gpiochip10", "gpiochip2", "gpiomem"} {
		if err := os.WriteFile(filepath.Join(dev, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("gpiochip2", filepath.Join(dev, "gpiochip4")); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range readChips(dev) {
		names = append(names, c.Name)
		if !strings.Contains(c.Problem, "inappropriate ioctl") {
			t.Errorf("the problem of %s, a plain file, is %q", c.Name, c.Problem)
		}
	}
	if got := strings.Join(names, " "); got != "gpiochip2 gpiochip10" {
		t.Errorf("%s", got)
	}
}

func TestEveryLineHasANameOfItsOwnOrNone(t *testing.T) {
	header := headerChip("GPIO0", "", "SHARED", "")
	other := headerChip("SHARED", "OWN", "", "SHARED", "SHARED")
	other.Name = "gpiochip1"
	chips := []Chip{header, other}
	distinguish(chips)
	var names []string
	for _, c := range chips {
		for _, line := range c.Lines {
			names = append(names, line.Name)
		}
	}
	if got := strings.Join(names, " "); got != "GPIO0  SHARED  gpiochip1-SHARED OWN   " {
		t.Errorf("%q", got)
	}
}

func TestNothingThatMapsMemoryIsLinkedIn(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range strings.Fields(string(out)) {
		switch path {
		case "periph.io/x/host/v3/sysfs", "periph.io/x/host/v3/fs":
		default:
			if strings.HasPrefix(path, "periph.io/x/host/") {
				t.Errorf("%s is linked in", path)
			}
		}
	}
}
