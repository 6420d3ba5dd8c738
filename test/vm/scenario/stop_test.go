//go:build vm

package scenario

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
)

func TestStopLeavesEverythingDarkAndReleased(t *testing.T) {
	b := newPageCounter(t, "on_press: panel.next\n\n  "+lampAt)
	b.play(detents(+10))
	b.lampIs(0.5)
	if held := b.linesInUse(); len(held) != 3 {
		t.Errorf("lines in use: %q, want those of the bell and the knob", held)
	}

	b.stop()
	b.until("panel and lamp are off", func() bool { return !b.panel.On() && b.lamp.Duty == 0 && !b.lamp.Enabled })
	b.panel.Receive(bytes.Repeat([]byte{0x0c, 1}, chips)) // end the shutdown
	if strings.Contains(b.shownText(), "#") {
		t.Errorf("the registers of the panel still contain%s", b.shownText())
	}
	if held := b.linesInUse(); len(held) > 0 {
		t.Errorf("lines in use after the stop: %q", held)
	}
	took := b.unitTime("ActiveExitTimestampMonotonic", "InactiveEnterTimestampMonotonic")
	t.Logf("the stop took %v", took)
	if took > time.Second {
		t.Error("the stop took more than a second")
	}
}

func TestKilledDaemonIsRestartedAndRestoresItsState(t *testing.T) {
	b := newPageCounter(t, "on_press: panel.next\n\n  "+lampAt)
	b.play(detents(+10))
	b.lampIs(0.5)
	b.levelIsSaved(0.5)
	b.press()
	b.waitForPage(2)
	killed := b.pid()

	b.run("systemctl", "kill", "--signal=KILL", "ptvd")
	b.eventually("systemd has restarted it", 30*time.Second, func() bool {
		return b.show("NRestarts") == "1" && b.show("ActiveState") == "active" && b.pid() != killed
	})
	b.panel = sim.NewPanel(chips) // but the lamp stays lit, and is taken over without a step
	b.waitForPage(1)
	b.lampIs(0.5)
	if held := b.linesInUse(); len(held) != 3 {
		t.Errorf("lines in use: %q, want those of the bell and the knob", held)
	}
	b.press()
	b.turnsBy(+1)
	b.play(detents(-10))
	b.lampIs(0)
}

// linesInUse returns the lines in use, as gpioinfo lists them.
func (g *guest) linesInUse() []string {
	g.Helper()
	return regexp.MustCompile(`.*\[.*used.*\]`).FindAllString(g.run("gpioinfo"), -1)
}

// unitTime returns the time between two timestamps of the unit.
func (g *guest) unitTime(from, to string) time.Duration {
	g.Helper()
	var at [2]int64
	for i, property := range []string{from, to} {
		var err error
		if at[i], err = strconv.ParseInt(g.show(property), 10, 64); err != nil {
			g.Fatal(fmt.Errorf("%s: %w", property, err))
		}
	}
	return time.Duration(at[1]-at[0]) * time.Microsecond
}
