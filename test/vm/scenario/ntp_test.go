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

// byChrony is uptv.yaml with chrony's address, and with some changes.
func byChrony(g *guest, changes ...string) string {
	return regexp.MustCompile(`servers: \[.*\]`).ReplaceAllString(g.uptv(changes...), "servers: [127.0.0.1]")
}

// allowClock puts the drop-in in place that lets ptvd set the clock.
func allowClock(g *guest) {
	g.Helper()
	text, err := os.ReadFile("../../../deploy/systemd/ptvd-clock.conf")
	if err != nil {
		g.Fatal(err)
	}
	g.dropIn("clock", string(text))
}

// timesSet is how often the daemon says that it has set the clock.
func timesSet(g *guest) int {
	return strings.Count(g.journal(), "system clock stepped")
}

// A board without a battery comes up a year back. The panel by the door is right all
// the same, and whoever keeps the system's clock has it for himself.
func TestMeasureLeavesTheSystemsClockAloneAndThePanelIsRight(t *testing.T) {
	g := begin(t)
	world := newOutside(g)
	world.step(-year)
	startChrony(g, world.now)
	g.configure(byChrony(g))
	ahead := world.ahead()
	g.start()

	panel := sim.NewPanel(4)
	faces := minutesFaces()
	g.panel(panel, 20*time.Second, func() bool {
		return slices.ContainsFunc(faces, func(face *image.Gray) bool { return shows(panel, face) })
	})
	g.press()
	g.press() // to the departures, and to the clock
	g.panel(panel, 10*time.Second, func() bool { return shows(panel, clockFace(world.now())) })
	t.Logf("a year back, the panel shows\n%s", rows(panel.Picture(asMounted)))

	if moved := world.ahead() - ahead; moved.Abs() > 20*time.Millisecond {
		t.Errorf("somebody has moved the guest's clock by %v", moved)
	}
	if line := `clock: system clock is wrong; ptvd uses the time of the NTP servers offset=87(59h59m5|60h0m)`; !regexp.MustCompile(line).MatchString(g.journal()) {
		t.Errorf("nobody says %s", line)
	}
}

// With the drop-in, the clock is set once, from a year back; what it goes wrong by
// later is made up for gently.
func TestDisciplineStepsTheSystemsClockOnceAndThenSlewsIt(t *testing.T) {
	g := begin(t)
	world := newOutside(g)
	world.step(-year)
	startChrony(g, world.now)
	allowClock(g)
	g.configure(byChrony(g, "every: 10m", "every: 15s\n    mode: discipline"))
	g.start()

	g.eventually("the guest's clock is right", 20*time.Second, func() bool { return world.ahead().Abs() < 100*time.Millisecond })
	world.step(-200 * time.Millisecond)
	least, last := world.ahead(), world.ahead()
	g.eventually("the guest's clock is right again", 60*time.Second, func() bool {
		now := world.ahead()
		if jump := (now - last).Abs(); jump > 80*time.Millisecond {
			t.Fatalf("the guest's clock has jumped by %v, from %v to %v", jump, last, now)
		}
		least, last = min(least, now), now
		return now.Abs() < 50*time.Millisecond
	})
	t.Logf("from %v to %v without a jump", least, last)
	if n := timesSet(g); n != 1 {
		t.Errorf("it was set %d times", n)
	}
}

// Two that set one clock pull each other for ever. So an instance that is to set it
// does not start beside another that does, or where it may not; the others run.
func TestDisciplineRefusesBesideAnotherTimeDaemonAndWithoutTheRight(t *testing.T) {
	g := begin(t)
	world := newOutside(g)
	world.step(-time.Hour)
	g.run("systemctl", "start", "systemd-timesyncd")
	t.Cleanup(func() { g.run("systemctl", "stop", "systemd-timesyncd") })
	g.configure(g.uptv("every: 10m", "every: 15s\n    mode: discipline"))
	g.start()

	g.eventually("it refuses beside timesyncd", 10*time.Second, func() bool {
		return strings.Contains(g.show("StatusText"), "clock: mode discipline: systemd-timesyncd already sets the system clock; stop it, or write mode: measure")
	})
	g.run("systemctl", "stop", "systemd-timesyncd")
	g.eventually("it says what it lacks", 20*time.Second, func() bool {
		return strings.Contains(g.show("StatusText"), "clock: mode discipline: set system clock: operation not permitted; grant the capability CAP_SYS_TIME, or write mode: measure")
	})
	g.run("systemctl", "start", "systemd-timesyncd")
	if n := timesSet(g); n != 0 {
		t.Errorf("the clock was set %d times", n)
	}

	// With the drop-in systemd itself keeps the two apart.
	allowClock(g)
	g.run("systemctl", "restart", "ptvd")
	if state, _ := g.try("systemctl", "is-active", "systemd-timesyncd"); strings.TrimSpace(state) != "inactive" {
		t.Errorf("beside it, timesyncd is %s", state)
	}
	g.eventually("the clock is its own", 20*time.Second, func() bool { return timesSet(g) == 1 })
}
