package hwcheck_test

import (
	"image"
	"strings"
	"syscall"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/gpio/sim/simchip"
	"ptvd/internal/scheduler"
)

const panel = "  panel: {plugin: display, device: {max7219: {spi: SPI0.0, width: 32, module: fc16}}, pages: [clock]}"

// corners tells whether the corners of the pattern are lit.
func corners(p *sim.Panel) bool {
	picture := p.Picture(sim.Arrangement{Module: &sim.FC16})
	return picture.GrayAt(0, 0).Y > 0 && picture.GrayAt(31, 0).Y > 0 && picture.GrayAt(0, 7).Y > 0 && picture.GrayAt(31, 7).Y > 0
}

func TestTheTestPatternIsShownOnPanelAndTerminalAndThePanelEndsDark(t *testing.T) {
	chain := sim.NewPanel(4)
	lit := false
	got := scenario{
		yaml: panel, wire: func(b *sim.Board) { b.Attach("SPI0.0", chain) },
		person: func(*scheduler.Task, *sim.Board) error { lit = chain.On() && corners(chain); return nil },
	}.check(t)
	got.contains("The test pattern is sent to SPI0.0 once a second. The panel should show this:\n", "|▀", "▀|", "|▄", "▄|")
	got.noWarnings()
	got.succeeds()
	if !lit {
		t.Error("the pattern was not on the panel")
	}
	if chain.On() {
		t.Error("the panel is still on")
	}
}

func TestAnOLEDIsTestedAndItsPatternIsDescribed(t *testing.T) {
	small, large := simchip.NewOLED(&simchip.SSD1306Chip, image.Pt(128, 64)), simchip.NewSSD1322()
	var seen [2]*image.Gray
	got := scenario{
		yaml: "  small: {plugin: display, device: {ssd1306: I2C1}, pages: [clock]}\n" +
			"  large: {plugin: display, device: {ssd1322: {spi: SPI0.0, dc: GPIO24, reset: GPIO25}}, pages: [clock]}",
		wire: func(b *sim.Board) {
			b.AttachI2C(0x3C, small)
			simchip.Attach(b, "SPI0.0", "GPIO24", "GPIO25", large)
		},
		person: func(*scheduler.Task, *sim.Board) error {
			seen = [2]*image.Gray{small.Picture(), large.Picture()}
			return nil
		},
	}.check(t)
	got.contains("large  device.ssd1322.dc", "The test pattern is sent to I2C1 once a second. The panel should show a frame along its edges",
		"The test pattern is sent to SPI0.0, GPIO24, GPIO25 once a second.", "If it is upside down, write upside_down: true.")
	got.noWarnings()
	got.succeeds()
	for i, picture := range seen {
		for _, at := range []image.Point{{0, 0}, {picture.Rect.Max.X - 1, 31}, picture.Rect.Max.Sub(image.Pt(6, 8))} {
			if picture.GrayAt(at.X, at.Y).Y == 0 {
				t.Errorf("display %d does not show the pattern at %v", i, at)
			}
		}
	}
	if small.On() || large.On() {
		t.Error("a display is still on")
	}
}

func TestADisplayWithoutAPanelIsNotTested(t *testing.T) {
	got := scenario{yaml: panel + "\n  browser: {plugin: display, device: none, pages: [clock]}"}.check(t)
	if strings.Contains(got.text, "browser") {
		t.Errorf("it is tested:\n%s", got.text)
	}
	got.succeeds()
}

func TestAMissingOLEDIsReported(t *testing.T) {
	got := scenario{yaml: "  small: {plugin: display, device: {ssd1306: I2C1}, pages: [clock]}"}.check(t)
	got.contains("small  FAILED: I2C1/0x3c: ", "remote I/O error")
	got.fails("hardware test failed: small")
}

func TestAPanelConnectedDuringTheTestShowsThePatternWithinASecond(t *testing.T) {
	chain := sim.NewPanel(4)
	lit := false
	scenario{yaml: panel, person: func(t *scheduler.Task, b *sim.Board) error {
		b.Attach("SPI0.0", chain)
		err := t.Sleep(time.Second)
		lit = chain.On() && corners(chain)
		return err
	}}.check(t).succeeds()
	if !lit {
		t.Error("the pattern was not on the panel")
	}
}

func TestAnSPIErrorIsReportedAndTheOtherTestsGoOn(t *testing.T) {
	got := scenario{yaml: panel + "\n" + lamp, person: func(t *scheduler.Task, b *sim.Board) error {
		b.FailSPI("SPI0.0", 1000, syscall.EIO)
		return turns("GPIO5", "GPIO6", 4, 1)(t, b)
	}}.check(t)
	got.contains("panel  FAILED: SPI0.0: input/output error", "clockwise, total +1")
	got.fails("hardware test failed: panel")
}

// TestAskingWhatIsSeenLeadsToTheLineForTheFile has FC-16 modules whose data enter at the
// right, and options for generic ones.
func TestAskingWhatIsSeenLeadsToTheLineForTheFile(t *testing.T) {
	got := scenario{
		yaml:  strings.Replace(panel, "module: fc16", "module: generic", 1),
		types: []string{"hello\n", "3\n", "2\n", "9\n"},
	}.check(t)
	got.contains("Find the F on the panel. Which picture shows how its module looks?\n", " 1: \n", "|▀", " 9: none of these\n", "Type the number, and press Enter.",
		`"hello" is not a number from 1 to 9.`,
		"Which picture shows the whole panel?\n", " 1: \n", " 3: none of these\n",
		"Write this in the configuration:\n", "device: {max7219: {spi: SPI0.0, width: 32, module: fc16, upside_down: true}}",
		"Find the F", "Check the power, the wires")
	got.succeeds()
}

func TestTwoPanelsAskOneAfterTheOther(t *testing.T) {
	other := strings.NewReplacer("panel:", "other:", "SPI0.0", "SPI0.1").Replace(panel)
	got := scenario{yaml: panel + "\n" + other, types: []string{"1\n", "9\n", "1\n"}}.check(t)
	got.contains("panel  Find the F", "other  Find the F", "other  Check the power", "panel  Which picture", "panel  The options of the panel are right.")
	got.succeeds()
}
