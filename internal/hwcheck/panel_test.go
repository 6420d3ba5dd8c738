package hwcheck_test

import (
	"syscall"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

const panel = "  panel: {plugin: display, device: {max7219: {spi: SPI0.0, width: 32}}, pages: [clock]}"

// corners tells whether the corners of the pattern are lit.
func corners(p *sim.Panel) bool {
	picture := p.Picture(sim.Arrangement{})
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
	got.contains("Digits on their side: set another orientation")
	got.noWarnings()
	got.succeeds()
	if !lit {
		t.Error("the pattern was not on the panel")
	}
	if chain.On() {
		t.Error("the panel is still on")
	}
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
