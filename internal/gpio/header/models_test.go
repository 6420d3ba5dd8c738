package header

import (
	"fmt"
	"testing"
)

func TestTheDeviceTreeTellsTheModel(t *testing.T) {
	for name, c := range map[string]struct {
		compatible, boards string
		pins               int
		chip               string
		channels           int
	}{
		"Raspberry Pi Model B Rev 2":     {"raspberrypi,model-b-rev2 brcm,bcm2835", "Raspberry Pi 1 or Zero", 26, "pinctrl-bcm2835", 2},
		"Raspberry Pi Zero W Rev 1.1":    {"raspberrypi,model-zero-w brcm,bcm2835", "Raspberry Pi 1 or Zero", 40, "pinctrl-bcm2835", 2},
		"Raspberry Pi 3 Model B Rev 1.2": {"raspberrypi,3-model-b brcm,bcm2837", "Raspberry Pi 3 or Zero 2", 40, "pinctrl-bcm2835", 2},
		"Raspberry Pi 4 Model B Rev 1.4": {"raspberrypi,4-model-b brcm,bcm2711", "Raspberry Pi 4", 40, "pinctrl-bcm2711", 2},
		"Raspberry Pi 5 Model B Rev 1.0": {"raspberrypi,5-model-b brcm,bcm2712", "Raspberry Pi 5", 40, "pinctrl-rp1", 4},
	} {
		t.Run(name, func(t *testing.T) {
			b := Read(treeOf(map[string]string{"compatible": c.compatible, "model": name}))
			if b.Name != name || b.Model == nil || b.Model.Boards != c.boards || b.Pins != c.pins || b.Model.Chip != c.chip || len(b.Model.PWM) != c.channels {
				t.Errorf("got %q, %+v, %d pins", b.Name, b.Model, b.Pins)
			}
		})
	}
	if b := Read(treeOf(map[string]string{"compatible": "linux,dummy-virt"})); b.Model != nil || b.Pins != 0 {
		t.Errorf("another machine: %+v, %d pins", b.Model, b.Pins)
	}
}

func TestAPWMChannelDrivesTheLineToWhichTheDeviceTreeRoutesIt(t *testing.T) {
	tree := func(compatible, pins string) *Board {
		return Read(treeOf(map[string]string{
			"compatible":                           compatible,
			"soc/gpio@7e200000/compatible":         "brcm,bcm2835-gpio",
			"soc/gpio@7e200000/pwm_pins/phandle":   "<one",
			"soc/gpio@7e200000/pwm_pins/brcm,pins": pins,
			"soc/pwm@7e20c000/pinctrl-0":           "<one",
		}))
	}
	for _, c := range []struct{ compatible, pins, line, want string }{
		{"brcm,bcm2837", "<18", "GPIO12", "GPIO18"},
		{"brcm,bcm2837", "<18", "GPIO18", "GPIO18"},
		{"brcm,bcm2837", "<18", "GPIO13", "GPIO13"}, // not told
		{"brcm,bcm2712", "<14", "GPIO18", "GPIO14"},
		{"linux,dummy-virt", "<18", "GPIO12", "GPIO12"},
	} {
		if got := tree(c.compatible, c.pins).RoutedTo(c.line); got != c.want {
			t.Errorf("%s with %s: %s is routed to %s, want %s", c.compatible, c.pins, c.line, got, c.want)
		}
	}
}

func TestEachLineHasItsOwnPinOfTheHeader(t *testing.T) {
	board := Read(treeOf(map[string]string{"compatible": "brcm,bcm2837"}))
	seen := map[int]int{}
	for n := range Lines {
		pin := board.Pin(fmt.Sprintf("GPIO%d", n))
		if other, taken := seen[pin]; taken || pin < 3 || pin > 40 {
			t.Errorf("GPIO%d and GPIO%d are both on pin %d", n, other, pin)
		}
		seen[pin] = n
	}
	for _, power := range []int{1, 2, 4, 6, 9, 14, 17, 20, 25, 30, 34, 39} {
		if n, taken := seen[power]; taken {
			t.Errorf("GPIO%d is on pin %d, which is power or ground", n, power)
		}
	}
	old := Read(treeOf(map[string]string{"compatible": "raspberrypi,model-b-rev2 brcm,bcm2835"}))
	if old.Pin("GPIO17") != 11 || old.Pin("GPIO5") != 0 {
		t.Errorf("on 26 pins, GPIO17 is pin %d and GPIO5 pin %d", old.Pin("GPIO17"), old.Pin("GPIO5"))
	}
	for _, name := range []string{"GPIO28", "GPIO", "pwmchip0/1", "SPI0.0"} {
		if pin := board.Pin(name); pin != 0 {
			t.Errorf("%s is pin %d", name, pin)
		}
	}
}
