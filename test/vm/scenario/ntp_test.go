//go:build vm

package scenario

import (
	"image"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
)

// chronyConfig returns uptv.yaml with chrony's address and some changes.
func chronyConfig(g *guest, changes ...string) string {
	return regexp.MustCompile(`servers: \[.*\]`).ReplaceAllString(g.uptv(changes...), "servers: [127.0.0.1]")
}

// installClockDropIn installs the drop-in that lets ptvd set the clock.
func installClockDropIn(g *guest) {
	g.Helper()
	text, err := os.ReadFile("../../../deploy/systemd/ptvd-clock.conf")
	if err != nil {
		g.Fatal(err)
	}
	g.dropIn("clock", string(text))
}

// clockSteps returns how often the daemon logged a step of the clock.
func clockSteps(g *guest) int {
	return strings.Count(g.journal(), "system clock stepped")
}

// A board without a battery boots a year in the past. The panel shows the correct time
// all the same, and the system clock is not set.
func TestMeasureDoesNotSetTheSystemClockButThePanelIsCorrect(t *testing.T) {
	g := begin(t)
	world := newTrueClock(g)
	world.step(-year)
	startChrony(g, world.now)
	g.configure(chronyConfig(g))
	ahead := world.ahead()
	g.start()

	panel := sim.NewPanel(4)
	pages := minutesPages()
	g.panel(panel, 20*time.Second, func() bool {
		return slices.ContainsFunc(pages, func(face *image.Gray) bool { return isShown(panel, face) })
	})
	g.press()
	g.press() // to the departures, then to the clock
	g.panel(panel, 10*time.Second, func() bool { return isShown(panel, clockPage(world.now())) })
	t.Logf("with a clock a year behind, the panel shows\n%s", rows(panel.Picture(mounted)))

	if moved := world.ahead() - ahead; moved.Abs() > 20*time.Millisecond {
		t.Errorf("the guest's clock was moved by %v", moved)
	}
	if line := `clock: system clock is wrong; ptvd uses the time of the NTP servers offset=87(59h59m5|60h0m)`; !regexp.MustCompile(line).MatchString(g.journal()) {
		t.Errorf("the journal does not contain %s", line)
	}
}

// With the drop-in, the clock is stepped once, by a year. A later error is corrected by
// slewing.
func TestDisciplineStepsTheSystemClockOnceThenSlewsIt(t *testing.T) {
	g := begin(t)
	world := newTrueClock(g)
	world.step(-year)
	startChrony(g, world.now)
	installClockDropIn(g)
	g.configure(chronyConfig(g, "every: 10m", "every: 15s\n    mode: discipline"))
	g.start()

	g.eventually("the guest's clock is correct", 20*time.Second, func() bool { return world.ahead().Abs() < 100*time.Millisecond })
	world.step(-200 * time.Millisecond)
	least, last := world.ahead(), world.ahead()
	g.eventually("the guest's clock is correct again", 60*time.Second, func() bool {
		now := world.ahead()
		if jump := (now - last).Abs(); jump > 80*time.Millisecond {
			t.Fatalf("the guest's clock jumped by %v, from %v to %v", jump, last, now)
		}
		least, last = min(least, now), now
		return now.Abs() < 50*time.Millisecond
	})
	t.Logf("from %v to %v without a jump", least, last)
	if n := clockSteps(g); n != 1 {
		t.Errorf("the clock was stepped %d times, want 1", n)
	}
}

// Two daemons that set one clock disturb each other. So in mode discipline an instance
// does not start while another daemon sets the clock, or without the capability. Other
// instances run.
func TestDisciplineNeedsTheCapabilityAndNoOtherTimeDaemon(t *testing.T) {
	g := begin(t)
	world := newTrueClock(g)
	world.step(-time.Hour)
	g.run("systemctl", "start", "systemd-timesyncd")
	t.Cleanup(func() { g.run("systemctl", "stop", "systemd-timesyncd") })
	g.configure(g.uptv("every: 10m", "every: 15s\n    mode: discipline"))
	g.start()

	g.eventually("it does not start while timesyncd runs", 10*time.Second, func() bool {
		return strings.Contains(g.show("StatusText"), "clock: mode discipline: systemd-timesyncd already sets the system clock; stop it, or write mode: measure")
	})
	g.run("systemctl", "stop", "systemd-timesyncd")
	g.eventually("the missing capability is reported", 20*time.Second, func() bool {
		return strings.Contains(g.show("StatusText"), "clock: mode discipline: set system clock: operation not permitted; grant the capability CAP_SYS_TIME, or write mode: measure")
	})
	g.run("systemctl", "start", "systemd-timesyncd")
	if n := clockSteps(g); n != 0 {
		t.Errorf("the clock was stepped %d times", n)
	}

	// With the drop-in systemd stops timesyncd.
	installClockDropIn(g)
	g.run("systemctl", "restart", "ptvd")
	if state, _ := g.try("systemctl", "is-active", "systemd-timesyncd"); strings.TrimSpace(state) != "inactive" {
		t.Errorf("timesyncd is %s", state)
	}
	g.eventually("the clock is stepped", 20*time.Second, func() bool { return clockSteps(g) == 1 })
}
