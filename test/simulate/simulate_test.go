package simulate

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

var (
	seed  = flag.Uint64("seed", 0, "the seed of TestOneSeed, or the first one of TestSoak")
	lasts = flag.Duration("lasts", 72*time.Hour, "how long a world of TestOneSeed or TestSoak lasts, in its own time")
	logTo = flag.String("log", "", "where TestOneSeed writes its whole log")
	cut   = flag.Bool("cut", false, "the power is cut at every write, in TestOneSeed and TestSoak")
	soak  = flag.Duration("soak", 0, "how long TestSoak goes on, in real time")
)

const day = 24 * time.Hour

func TestMain(m *testing.M) {
	debug.SetGCPercent(1000) // most of what a simulated day costs is garbage
	os.Exit(m.Run())
}

func TestSomeDays(t *testing.T) {
	// Seed 1 has no restarts; 10 and 25 have, and begin before the nights on which
	// daylight saving ends and begins. In 2006 the panel hangs while a plugin holds the
	// loop time and again.
	for _, seed := range []uint64{1, 10, 25, 2006} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { simulate(t, seed, shorter(day)) })
	}
}

func TestThirtyDays(t *testing.T) {
	if testing.Short() || underRace {
		t.Skip("it takes most of a minute")
	}
	w := simulate(t, 36, 30*day)
	if w.boots < 30 { // its power fails, other than that of half of all seeds
		t.Errorf("only %d boots", w.boots)
	}
	for _, text := range legends().words {
		if !w.oracle.said[text] {
			t.Errorf("%q was never on the panel", text)
		}
	}
	if w.visits.ill < 10 {
		t.Errorf("only %d of %d visits to the page when something was wrong", w.visits.ill, w.visits.made)
	}
}

func TestTheSameSeedIsTheSameRun(t *testing.T) {
	first, second := newWorld(t, 5, shorter(12*time.Hour)), newWorld(t, 5, shorter(12*time.Hour))
	mustTellTheSame(t, logOf(t, first), logOf(t, second))
	if t.Failed() {
		t.Log(again(first))
	}
}

func mustTellTheSame(t *testing.T, first, second []string) {
	t.Helper()
	for i := range min(len(first), len(second)) {
		if first[i] != second[i] {
			t.Errorf("line %d differs:\n%s%s", i+1, first[i], second[i])
			return
		}
	}
	if len(first) != len(second) {
		t.Errorf("one log has %d lines, the other %d", len(first), len(second))
	}
}

func TestAPowerCutAtEveryWriteLosesNothing(t *testing.T) {
	w := newWorld(t, 6, shorter(12*time.Hour))
	w.disk.cutAlways = true
	if run(t, w); w.boots < 3 {
		t.Errorf("only %d boots", w.boots)
	}
}

// TestOneSeed is what a failure asks for.
func TestOneSeed(t *testing.T) {
	if *seed == 0 || *soak != 0 {
		t.Skip("no -seed was given")
	}
	simulate(t, *seed, *lasts)
}

// TestSoak goes through seed after seed.
func TestSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("no -soak was given")
	}
	end := time.Now().Add(*soak)
	for s := max(1, *seed); time.Now().Before(end); s++ {
		if !t.Run(fmt.Sprint("seed ", s), func(t *testing.T) { simulate(t, s, *lasts) }) {
			return
		}
	}
}

// shorter makes a time fit for the race detector, and for a hurry.
func shorter(d time.Duration) time.Duration {
	if underRace || testing.Short() {
		return max(d/12, 2*recovery)
	}
	return d
}

// simulate lives through a world, and fails the test with what is needed to do so
// again.
func simulate(t *testing.T, seed uint64, lasts time.Duration) *World {
	t.Helper()
	w := newWorld(t, seed, lasts)
	w.disk.cutAlways = *cut
	if *logTo != "" {
		file, err := os.Create(*logTo)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		w.diary.Copy = file
	}
	run(t, w)
	return w
}

func newWorld(t *testing.T, seed uint64, lasts time.Duration) *World {
	t.Helper()
	w, err := NewWorld(seed, lasts)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func run(t *testing.T, w *World) {
	t.Helper()
	legends() // is made once
	before, began := used(t), time.Now()
	if err := w.Run(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%v in %v: %v", w.end.Sub(bootedAt), time.Since(began).Round(time.Millisecond), w)
	before.mustGiveBack(t)
	mustNotGrow(t, w.heap)
	for _, failure := range w.Failures {
		t.Error(failure)
	}
	if t.Failed() {
		t.Logf("the end of the log:\n%s", w.diary.Tail())
		t.Log(again(w))
	}
}

// again is the command that lives through a world once more.
func again(w *World) string {
	command := fmt.Sprintf("to see it again: go test ./test/simulate -run '^TestOneSeed$' -seed %d -lasts %v -log simulate.log",
		w.seed, w.end.Sub(bootedAt))
	if w.disk.cutAlways {
		command += " -cut"
	}
	return command
}

func logOf(t *testing.T, w *World) []string {
	t.Helper()
	var log bytes.Buffer
	w.diary.Copy = &log
	if err := w.Run(); err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(log.String(), "\n")
}
