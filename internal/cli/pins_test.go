package cli

import (
	"bytes"
	"regexp"
	"testing"

	"ptvd/internal/gpio/periph"
)

func TestPinsSaysWhichInputsArePolledAndWhatHasAPin(t *testing.T) {
	var out bytes.Buffer
	err := printInventory(&out, inventory{Inventory: periph.Inventory{Board: "Raspberry Pi 3 Model B Rev 1.2", Chips: []periph.Chip{
		{Label: "pinctrl-bcm2835", Lines: []periph.Line{
			{Offset: 10, Name: "GPIO10", Direction: "input", Function: "spi0"}, {Offset: 17, Name: "GPIO17", Direction: "input", Used: true, User: "ptvd"},
		}},
		{Label: "ftdi-cbus", Polled: true, Lines: []periph.Line{
			{Name: "ftdi-cbus-GPIO0", Direction: "input"}, {Offset: 1, Name: "ftdi-cbus-GPIO1", Direction: "output"},
		}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`^Raspberry Pi 3 Model B Rev 1.2\n\nLINE `,
		`(?m)^GPIO10 +pinctrl-bcm2835 +10 +input +spi0 +-$`,
		`(?m)^GPIO17 +pinctrl-bcm2835 +17 +input +- +ptvd$`,
		`(?m)^ftdi-cbus-GPIO0 +ftdi-cbus +0 +input \(polled\) +- +-$`,
		`(?m)^ftdi-cbus-GPIO1 +ftdi-cbus +1 +output +- +-$`,
	} {
		if !regexp.MustCompile(want).Match(out.Bytes()) {
			t.Errorf("no line %s in\n%s", want, out.String())
		}
	}
}
