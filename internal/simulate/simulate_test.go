package simulate

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"
)

var (
	seed = flag.Uint64("seed", 0, "run this seed alone; 0: those that the tests choose")
	days = flag.Int("days", 0, "run for so many days; 0: as many as the tests choose")
	logs = flag.String("log", "", "write the whole log of a run to this file")
)

// simulate lives through so many days of a seed, and fails the test with what is
// needed to do so again.
func simulate(t *testing.T, of uint64, lasts int) *World {
	t.Helper()
	if *seed != 0 {
		of = *seed
	}
	if *days != 0 {
		lasts = *days
	}
	w, err := NewWorld(of, time.Duration(lasts)*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if *logs != "" {
		file, err := os.Create(*logs)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		w.diary.Copy = file
	}
	began := time.Now()
	if err := w.Run(); err != nil {
		t.Fatal(err)
	}
	t.Logf("seed %d: %d days in %v: %d boots, %d requests, %d pictures (%d with minutes) and %d judgements, %d gestures, %d detents, %d storms, %d writes, %d lines of log",
		of, lasts, time.Since(began).Round(time.Millisecond), w.boots, w.internet.asked, w.oracle.Frames, w.oracle.Numbers, w.oracle.Judged,
		w.visitor.Gestures, w.visitor.Detents, w.visitor.Storms, w.disk.writes, w.diary.Lines)
	if len(w.Failures) > 0 {
		for _, failure := range w.Failures {
			t.Error(failure)
		}
		t.Logf("the end of the log:\n%s", w.diary.Tail())
		t.Logf("to see it again: go test ./internal/simulate -run '^%s$' -seed %d -days %d -log /tmp/simulate.log", t.Name(), of, lasts)
	}
	return w
}

func TestSomeDays(t *testing.T) {
	for _, s := range []uint64{1, 2, 3} {
		t.Run(fmt.Sprint(s), func(t *testing.T) { simulate(t, s, 1) })
	}
}

func TestThirtyDays(t *testing.T) {
	if os.Getenv("LONG") == "" {
		t.Skip()
	}
	simulate(t, 1, 30)
}

func TestTheSameSeedIsTheSameRun(t *testing.T) {
	var logs [2]bytes.Buffer
	for i := range logs {
		w, err := NewWorld(7, 24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		w.diary.Copy = &logs[i]
		w.Run()
	}
	a, b := bytes.Split(logs[0].Bytes(), []byte("\n")), bytes.Split(logs[1].Bytes(), []byte("\n"))
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			t.Fatalf("line %d differs:\n%s\n%s", i+1, a[i], b[i])
		}
	}
	if len(a) != len(b) {
		t.Fatal(len(a), len(b))
	}
}

var _ = runtime.NumGoroutine
