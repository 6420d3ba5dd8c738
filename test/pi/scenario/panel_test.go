//go:build pi

package scenario

import (
	"slices"
	"strings"
	"testing"
)

const panel = `board: periph
plugins:
  panel:
    plugin: display
    device: {max7219: {spi: SPI0.0, module: fc16, width: 32}}
    pages: [{message: "Hi"}]
`

// The pins of SPI0, and what they do as the firmware and the kernel leave them: the
// chip selects are outputs that the driver sets.
var (
	spiPins      = []int{7, 8, 9, 10, 11}
	spiFunctions = []string{"output", "output", "alt0", "alt0", "alt0"}
)

// frames are what four modules get from the start to the stop: the registers that set
// them up, the rows of "Hi" (figure 2 and table 2 of the datasheet of MAX7219), light,
// then eight empty rows and shutdown.
var frames = []string{
	"0f000f000f000f00", "0900090009000900", "0b070b070b070b07", "0a080a080a080a08",
	"0100010001000100", "0200020502200200", "0300030503200300", "0400040504200400",
	"0500050505e00500", "0600060506200600", "0700070107200700", "0800080508200800",
	"0c010c010c010c01",
	"0100010001000100", "0200020002000200", "0300030003000300", "0400040004000400",
	"0500050005000500", "0600060006000600", "0700070007000700", "0800080008000800",
	"0c000c000c000c00",
}

func TestPanelShowsItsPageAndIsDarkAfterwards(t *testing.T) {
	for _, program := range []string{"ptvd", "ptvd32"} { // for arm64, and for armv6 with a kernel of 64 bits
		t.Run(program, func(t *testing.T) {
			write(t, panel)
			events := watch(t, func() { run(t, program+" run -c /tmp/ptvd.yaml --for 2s") })
			if got := of(events, "SPI0.0"); !slices.Equal(got, frames) {
				t.Errorf("the panel got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(frames, "\n"))
			}
			if got := of(events, "SPI0.1"); got != nil {
				t.Errorf("the other part of the bus got %q", got)
			}
		})
	}
}

func TestSPIKeepsItsPinsBeforeDuringAndAfterARun(t *testing.T) {
	write(t, panel)
	if got := functions(t, spiPins...); !slices.Equal(got, spiFunctions) {
		t.Errorf("before the run the pins of SPI0 are %q, want %q", got, spiFunctions)
	}
	events := watch(t, func() {
		run(t, "ptvd run -c /tmp/ptvd.yaml >/tmp/log 2>&1 & until grep -q ready /tmp/log; do sleep 1; done")
		if got := functions(t, spiPins...); !slices.Equal(got, spiFunctions) {
			t.Errorf("during the run the pins of SPI0 are %q, want %q", got, spiFunctions)
		}
		run(t, "kill $!; wait $!")
	})
	if got := functions(t, spiPins...); !slices.Equal(got, spiFunctions) {
		t.Errorf("after the run the pins of SPI0 are %q, want %q", got, spiFunctions)
	}
	for _, event := range events {
		if strings.HasPrefix(event, "GPIO") {
			t.Errorf("a panel on SPI changes a pin: %s", event)
		}
	}
}

// A button on a pin of the bus took the pin from the bus, and the panel was dead until
// the next boot.
func TestButtonOnAPinOfSPIIsRefusedAndThePanelLives(t *testing.T) {
	for _, pin := range []string{"GPIO8", "GPIO10", "GPIO11"} {
		write(t, panel+"  bell: {plugin: button, pin: "+pin+", on_press: panel.next}\n")
		for _, command := range []string{"ptvd check", "ptvd check --hardware --for 1s", "ptvd run --for 1s"} {
			output, status := try(t, command+" -c /tmp/ptvd.yaml")
			if status == 0 || !strings.Contains(output, pin+" is ") || !strings.Contains(output, "SPI0.0") {
				t.Errorf("%s with a button on %s: exit status %d:\n%s", command, pin, status, output)
			}
		}
	}
	if got := functions(t, spiPins...); !slices.Equal(got, spiFunctions) {
		t.Errorf("afterwards the pins of SPI0 are %q, want %q", got, spiFunctions)
	}
}

func TestOLEDOnI2CGetsItsCommandsAndItsPictureAndIsDarkAfterwards(t *testing.T) {
	write(t, `board: periph
plugins:
  oled:
    plugin: display
    device: {ssd1306: I2C1}
    pages: [{message: "Hi"}]
`)
	var log string
	got := of(watch(t, func() { log = run(t, "ptvd run -c /tmp/ptvd.yaml --for 2s") }), "I2C1")
	if strings.Contains(log, "task=draw") { // the accents of the larger fonts took 0.2 s once
		t.Errorf("drawing blocks the loop:\n%s", log)
	}
	// Section 8.1.5.2 of the datasheet of SSD1306: 00 stands before commands, 40
	// before pixels. AF lights the display, AE switches it off.
	if len(got) == 0 || !strings.HasPrefix(got[0], "0x3c 00ae") || !strings.HasSuffix(got[0], "af") {
		t.Fatalf("the display is not set up: %q", got)
	}
	lit := slices.ContainsFunc(got, func(message string) bool {
		pixels, ok := strings.CutPrefix(message, "0x3c 40")
		return ok && strings.Trim(pixels, "0") != ""
	})
	if !lit {
		t.Errorf("no pixel is lit: %q", got)
	}
	if last := got[len(got)-1]; last != "0x3c 00ae" {
		t.Errorf("the last message is %s, want 0x3c 00ae", last)
	}
}
