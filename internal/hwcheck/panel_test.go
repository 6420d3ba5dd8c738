package hwcheck_test

import (
	"syscall"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

const panel = "  panel: {plugin: display, device: {max7219: {spi: SPI0.0, width: 32}}, pages: [clock]}"

// corners tells whether the pattern's corners are lit, and nothing else is asked.
func corners(p *sim.Panel) bool {
	picture := p.Picture(sim.Arrangement{})
	return picture.GrayAt(0, 0).Y > 0 && picture.GrayAt(31, 0).Y > 0 && picture.GrayAt(0, 7).Y > 0 && picture.GrayAt(31, 7).Y > 0
}

func TestTheTestPatternIsOnThePanelAndOnTheTerminalAndThePanelIsDarkInTheEnd(t *testing.T) {
	chain := sim.NewPanel(4)
	lit := false
	got := table{
		yaml: panel, before: func(b *sim.Board) { b.Attach("SPI0.0", chain) },
		hands: func(*scheduler.Task, *sim.Board) error { lit = chain.On() && corners(chain); return nil },
	}.check(t)
	got.says("The test pattern goes to SPI0.0 once a second. The panel should show this:\n", "|▀", "▀|", "|▄", "▄|")
	got.says("Lying digits: another orientation")
	got.doubtsNothing()
	got.isWell()
	if !lit {
		t.Error("the pattern was not on the panel")
	}
	if chain.On() {
		t.Error("the panel is still on")
	}
}

func TestAPanelThatIsPluggedInWhileItIsTriedLightsUpWithinASecond(t *testing.T) {
	chain := sim.NewPanel(4)
	lit := false
	table{yaml: panel, hands: func(t *scheduler.Task, b *sim.Board) error {
		b.Attach("SPI0.0", chain)
		err := t.Sleep(time.Second)
		lit = chain.On() && corners(chain)
		return err
	}}.check(t).isWell()
	if !lit {
		t.Error("it did not")
	}
}

func TestAPortThatFailsIsSaidAndTheRestIsTried(t *testing.T) {
	got := table{yaml: panel + "\n" + lamp, hands: func(t *scheduler.Task, b *sim.Board) error {
		b.FailSPI("SPI0.0", 1000, syscall.EIO)
		return turns("GPIO5", "GPIO6", 4, 1)(t, b)
	}}.check(t)
	got.says("panel  FAILED: input/output error", "clockwise, +1 in all")
	got.fails("not everything works: panel")
}
