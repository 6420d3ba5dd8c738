//go:build vm

package scenario

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/test/vm/wires"
)

func TestAStopLeavesAllDarkAndNothingClaimed(t *testing.T) {
	b := openBook(t, "on_press: panel.next"+patiently+"\n\n  "+lampAt)
	b.oneProcessor()
	b.play(detents(+10))
	b.lampIs(0.5)
	if held := b.held(); len(held) != 3 {
		t.Errorf("while it runs it holds the lines %q, and not those of the bell and the knob", held)
	}

	b.stop()
	b.until("a dark wall", func() bool { return !b.panel.On() && b.lamp.Duty == 0 && !b.lamp.Enabled })
	b.panel.Receive(bytes.Repeat([]byte{0x0c, 1}, chips)) // whoever wakes it
	if strings.Contains(b.sees(), "#") {
		t.Errorf("the panel still holds%s", b.sees())
	}
	if held := b.held(); len(held) > 0 {
		t.Errorf("after the stop it holds %q", held)
	}
	took := b.between("ActiveExitTimestampMonotonic", "InactiveEnterTimestampMonotonic")
	t.Logf("the stop took %v", took)
	if took > time.Second {
		t.Error("that is more than a second")
	}
}

func TestADaemonThatWasKilledComesBackAndTakesEverythingUpAgain(t *testing.T) {
	b := openBook(t, "on_press: panel.next"+patiently+"\n\n  "+lampAt)
	b.oneProcessor()
	b.play(detents(+10))
	b.lampIs(0.5)
	b.eventually("the lamp's level is saved", 20*time.Second, func() bool {
		_, err := os.Stat(filepath.Join(state, "lamp", "level.json"))
		return err == nil
	})
	b.press()
	b.isOn(2)
	killed := b.pid()

	b.run("systemctl", "kill", "--signal=KILL", "ptvd")
	b.eventually("systemd has started it again", 30*time.Second, func() bool {
		return b.show("NRestarts") == "1" && b.show("ActiveState") == "active" && b.pid() != killed
	})
	b.panel, b.lamp = sim.NewPanel(chips), wires.PWM{}
	b.isOn(1)
	b.lampIs(0.5)
	if held := b.held(); len(held) != 3 {
		t.Errorf("it holds the lines %q, and not those of the bell and the knob", held)
	}
	b.press()
	b.turns(+1)
	b.play(detents(-10))
	b.lampIs(0)
}

// held are the lines that somebody has claimed, as gpioinfo lists them.
func (g *guest) held() []string {
	g.Helper()
	return regexp.MustCompile(`.*\[.*used.*\]`).FindAllString(g.run("gpioinfo"), -1)
}

// between returns the time from one of the unit's time stamps to another.
func (g *guest) between(from, to string) time.Duration {
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
