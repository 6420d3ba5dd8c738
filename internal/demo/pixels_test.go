package demo_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/web"
)

// draw draws the LEDs of a panel as the page receives them.
func draw(t *testing.T, p web.Panel) string {
	t.Helper()
	var b strings.Builder
	for _, row := range p.Rows {
		bits, err := strconv.ParseUint(row, 16, 32)
		if err != nil || len(row) != 8 {
			t.Fatal(row, err)
		}
		for x := range p.Width {
			b.WriteString(map[bool]string{true: "# ", false: ". "}[bits>>(31-x)&1 == 1])
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestPageShowsThePixelsSentOverSPI(t *testing.T) {
	got := ""
	play(t, 10*time.Second, action{time.Second, func(p *run) error {
		panels := p.daemon.State().Panels
		if len(panels) != 1 {
			t.Errorf("%d panels", len(panels))
			return nil
		}
		got = draw(t, panels[0])
		if want := text(p.world.Panel.Picture(sim.Arrangement{})); got != want {
			t.Errorf("the page shows\n%s\nand the panel\n%s", got, want)
		}
		return nil
	}})
	golden(t, "testdata/page.txt", got)
}
