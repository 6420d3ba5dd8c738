package cdev

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAnUnreadableChipIsListedWithItsProblemAndALinkIsNot(t *testing.T) {
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

func TestTheErrorOfAnUnknownLineIncludesThatOfAnUnreadableChip(t *testing.T) {
	dev := t.TempDir()
	if err := os.WriteFile(filepath.Join(dev, "gpiochip0"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := find(readChips(dev), []string{"GPIO17"}); !errors.Is(err, unix.ENOTTY) {
		t.Error(err)
	}
}

func TestNamesOfLinesAreUnique(t *testing.T) {
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

func TestLinesOfTheHeaderAreNamedByTheirNumbers(t *testing.T) {
	chip := headerChip("ID_SDA", "ID_SCL", "SDA1", "SCL1", "GPIO_GCLK", "GPIO5", "GPIO6")
	for len(chip.Lines) < 28 {
		chip.Lines = append(chip.Lines, Line{Offset: len(chip.Lines)})
	}
	chip.Lines = append(chip.Lines, Line{Offset: 28, Name: "RGMII_MDIO"})
	chips := []Chip{chip, {Name: "gpiochip1", Label: "expander", Lines: []Line{{Name: "GPIO4"}, {Offset: 1, Name: "P1"}}}}
	number(chips)
	distinguish(chips)
	for want, open := range map[string]string{
		"gpiochip0 0": "GPIO0", "gpiochip0 4": "GPIO4", "gpiochip0 27": "GPIO27", "gpiochip0 28": "RGMII_MDIO",
		"gpiochip1 0": "gpiochip1-GPIO4", "gpiochip1 1": "P1",
	} {
		c, line := Lookup(chips, open)
		if c == nil || fmt.Sprint(c.Name, " ", line.Offset) != want {
			t.Errorf("%s is not %s", open, want)
		}
	}
}

func TestLinesOfAChipWithoutNamesAreNamedAfterItsLabel(t *testing.T) {
	adapter := func(name string) Chip {
		return Chip{Name: name, Label: "ftdi-cbus", Lines: []Line{{Offset: 0}, {Offset: 1}}}
	}
	chips := []Chip{headerChip("", ""), adapter("gpiochip1"), adapter("gpiochip2"), {Label: "AMDI0030:00", Lines: []Line{{}}}, {Label: "raspberrypi-exp-gpio", Lines: []Line{{Name: "BT_ON"}, {}}}}
	nameAfterLabel(chips)
	distinguish(chips)
	var names []string
	for _, c := range chips {
		for _, line := range c.Lines {
			names = append(names, line.Name)
		}
	}
	if got := strings.Join(names, " "); got != "  ftdi-cbus-GPIO0 ftdi-cbus-GPIO1 gpiochip2-ftdi-cbus-GPIO0 gpiochip2-ftdi-cbus-GPIO1  BT_ON " {
		t.Errorf("%q", got)
	}
}
