//go:build vm

package scenario

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ptvd/internal/gpio/sim"
	"ptvd/test/vm/wires"
)

// rng returns random numbers with a new seed in each run, and logs the seed.
func rng(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// The system clock is stepped forty times, by up to four hours. The panel does not
// change, departures are still requested on time, and the watchdog does not trigger.
func TestStepsOfTheSystemClockChangeNothing(t *testing.T) {
	g := begin(t)
	world, rng := newTrueClock(g), rng(t)
	g.dropIn("watchdog", "[Service]\nWatchdogSec=3\n")
	g.configure(g.uptv("every: 10m", "every: 15s", "every: 30s", "every: 10s"))
	g.start()
	panel := sim.NewPanel(4)
	t.Cleanup(func() { t.Logf("at the end the panel showed\n%s", rows(panel.Picture(mounted))) })
	g.press()
	g.press() // from the minutes to the departures, then to the clock
	g.panel(panel, 20*time.Second, func() bool { return isShown(panel, clockPage(world.now())) })

	pid, requests := g.pid(), g.PTV.Requests()
	var fetched []time.Time
	var wrong time.Duration // since when the panel does not show the time; 0: it does
	for steps := 0; steps < 40 || len(fetched) < 2; steps++ {
		world.step(time.Duration((rng.Float64()*8-4)*float64(time.Hour)) - world.ahead())
		begun := rawMonotonic()
		for rawMonotonic()-begun < 250*time.Millisecond {
			for _, e := range g.drain() {
				m, isMessage := e.(wires.Message)
				if !isMessage {
					continue
				}
				feed(panel, m)
			}
			now := world.now()
			switch right := isShown(panel, clockPage(now)) || isShown(panel, clockPage(now.Add(-5*time.Second))); {
			case right:
				wrong = 0
			case wrong == 0:
				wrong = rawMonotonic() // a frame may be two messages, and the second is on its way
			case rawMonotonic()-wrong > 100*time.Millisecond:
				t.Fatalf("at %s, or %s by the guest's clock, the panel shows\n%s",
					now.Format(time.TimeOnly), now.Add(world.ahead()).Format(time.TimeOnly), rows(panel.Picture(mounted)))
			}
			if n := g.PTV.Requests(); n > requests {
				requests = n
				fetched = append(fetched, world.now())
			}
			time.Sleep(20 * time.Millisecond)
		}
		if steps == 400 {
			t.Fatalf("departures were requested only at %v", fetched)
		}
	}
	for i := range len(fetched) - 1 {
		if period := fetched[i+1].Sub(fetched[i]); (period - 10*time.Second).Abs() > 2*time.Second {
			t.Errorf("departures were requested after %v, want 10s", period)
		}
	}
	if now := g.pid(); now != pid {
		t.Errorf("the process was %d and is %d", pid, now)
	}
	for _, name := range []string{"clock", "trains"} {
		if journal := g.journal(); strings.Contains(journal, name+": degraded") || strings.Contains(journal, name+": plugin failed") {
			t.Errorf("%s is not ok; see the journal:\n%s", name, journal)
		}
	}
}

const lampFile = "/var/lib/ptvd/lamp/level.json"

// savedLevel is the content of the lamp's state file.
type savedLevel struct{ Goal, Last float64 }

// readLevel reads the state file and checks that it is complete and its values are
// valid.
func readLevel(t *testing.T) savedLevel {
	t.Helper()
	text, err := os.ReadFile(lampFile)
	if errors.Is(err, fs.ErrNotExist) {
		return savedLevel{} // nothing was saved yet
	}
	if err != nil {
		t.Fatal(err)
	}
	var level savedLevel
	if err := json.Unmarshal(text, &level); err != nil || level.Goal < 0 || level.Goal > 1 || level.Last <= 0 || level.Last > 1 {
		t.Fatalf("the lamp's state file is torn: %q (%v)", text, err)
	}
	return level
}

// levelIsSaved waits until a level is saved, which is done once the lamp is still.
func (g *guest) levelIsSaved(level float64) {
	g.Helper()
	g.eventually("the lamp's level is saved", 20*time.Second, func() bool { return math.Abs(readLevel(g.T).Goal-level) < 1e-6 })
}

// Whenever SIGKILL arrives while the level is saved, the file contains the old level or
// the new one.
func TestKillDuringASaveNeverTearsTheFile(t *testing.T) {
	g := begin(t)
	rng := rng(t)
	g.dropIn("again", "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestartSec=100ms\n")
	g.configure(g.uptv() + "\n  " + lampAt)
	g.start()
	g.run("systemctl", "restart", "ptvd") // stopping saves the level, so that the file exists
	newer, older := 0, 0
	for kill := range 8 {
		before := readLevel(t)
		detents := 1 + rng.IntN(2) // up: the lamp may still be fading up, and a turn down would start from there
		after := before.Goal + 0.05*float64(detents)
		if err := g.Wires.Play(wires.Turn(knobA, knobB, detents, 10*time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		saving := watch(t, filepath.Dir(lampFile))
		pid := g.pid()
		if kill > 0 { // the first time the lamp saves its level after a pause without changes
			if err := syscall.Kill(pid, syscall.SIGTERM); err != nil { // stopping saves it, too
				t.Fatal(err)
			}
		}
		saving.wait()
		busyWait(time.Duration(rng.Int64N(int64(25 * time.Millisecond))))
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Fatal(err)
		}
		g.eventually("the process has ended", 10*time.Second, func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || g.pid() != pid })

		now := readLevel(t)
		switch {
		case math.Abs(now.Goal-after) < 1e-6:
			newer++
		case now == before:
			older++
		default:
			t.Fatalf("kill %d: the level is %v, want %v (before) or %v (after)", kill, now.Goal, before.Goal, after)
		}
		g.eventually("the daemon runs again", 30*time.Second, func() bool {
			now := g.pid()
			return now != 0 && now != pid && g.show("ActiveState") == "active"
		})
		left, err := os.ReadDir(filepath.Dir(lampFile))
		if err != nil || slices.ContainsFunc(left, func(e fs.DirEntry) bool { return e.Name() != filepath.Base(lampFile) }) {
			t.Errorf("files in the state directory: %v (%v)", left, err)
		}
	}
	level, lamp := readLevel(t), wires.PWM{}
	g.eventually("the lamp has the saved level", 20*time.Second, func() bool {
		for _, e := range g.drain() {
			if p, isPWM := e.(wires.PWM); isPWM {
				lamp = p
			}
		}
		return lamp.Duty == dutyOf(level.Goal)
	})
	t.Logf("%d kills left the old level, %d the new one", older, newer)
	if journal := g.journal(); strings.Contains(journal, "loading the saved level failed") {
		t.Error("a saved level could not be read")
	}
}

// busyWait waits more exactly than a sleep does.
func busyWait(d time.Duration) {
	for start := rawMonotonic(); rawMonotonic()-start < d; {
	}
}

// watch waits for files to be created in a directory.
func watch(t *testing.T, dir string) *watcher {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	w := &watcher{t, os.NewFile(uintptr(fd), "inotify")}
	t.Cleanup(func() { w.events.Close() })
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_CREATE); err != nil {
		t.Fatal(err)
	}
	return w
}

type watcher struct {
	t      *testing.T
	events *os.File
}

func (w *watcher) wait() {
	w.t.Helper()
	if err := w.events.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.events.Read(make([]byte, 4096)); err != nil {
		w.t.Fatalf("the level was not saved: %v", err)
	}
}
