package demo_test

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ptvd/configs"
	"ptvd/internal/logs"
	"ptvd/internal/scheduler"
)

// lines counts what a log writes, on a goroutine of its own.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, string(line))
	return len(line), nil
}

// dated gives records the time of a virtual clock, which decides when repeats are logged.
type dated struct {
	slog.Handler
	now func() time.Time
}

func (d dated) Handle(ctx context.Context, r slog.Record) error {
	r.Time = d.now()
	return d.Handler.Handle(ctx, r)
}

func (d dated) WithAttrs(attrs []slog.Attr) slog.Handler {
	return dated{d.Handler.WithAttrs(attrs), d.now}
}

func TestADayWithOutagesIsLoggedInLessThanAHundredLines(t *testing.T) {
	null, err := os.Open(os.DevNull) // neither the journal nor a terminal
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	var written lines
	log := logs.New(&written, null, slog.LevelInfo)

	var actions []action
	outage := func(name string, from, to time.Duration) {
		actions = append(actions, action{from, breakFault(name)}, action{to, mendFault(name)})
	}
	outage("network", 10*time.Minute, 13*time.Minute)
	outage("network", time.Hour, 7*time.Hour)
	outage("throttled", 8*time.Hour, 8*time.Hour+40*time.Minute)
	outage("ptv-500", 9*time.Hour, 11*time.Hour)
	outage("panel", 12*time.Hour, 13*time.Hour)
	for at := 14 * time.Hour; at < 16*time.Hour; at += 6 * time.Minute { // a weak wireless network
		outage("network", at, at+3*time.Minute)
	}
	for at := 17 * time.Hour; at < 18*time.Hour; at += 20 * time.Minute {
		actions = append(actions, action{at, breakFault("panic")})
	}
	outage("clock", 19*time.Hour, 20*time.Hour)
	for at := time.Second; at < 24*time.Hour; at += 50 * time.Second { // by hand: the autopilot, which rests for a minute, would make most of the work
		actions = append(actions, action{at, func(r *run) error {
			_, err := r.world.Act("lamp", "up", 1)
			return err
		}})
	}
	slices.SortFunc(actions, func(a, b action) int { return cmp.Compare(a.at, b.at) })

	clock := scheduler.NewVirtualClock(boot)
	dated := slog.New(dated{log.Handler(), func() time.Time { return epoch.Add(clock.Now().Sub(boot)) }})
	before, after, _ := strings.Cut(string(configs.Demo), "  world:\n") // one source is enough
	_, after, _ = strings.Cut(after, "  panel:\n")
	quiet := strings.NewReplacer("      - departures: {from: trains, else: world}\n", "", "{from: trains, else: world}", "trains", "every: 100ms", "every: 1s").Replace(before + "  panel:\n" + after) // a day of scrolling takes long
	playOn(t, clock, dated, quiet, 24*time.Hour, actions...)
	log.Close()
	for text, most := range map[string]int{"clock synchronized": 6, "no network": 24, "HTTP 500": 4, "throttled": 4, "cable unplugged": 8, "integer divide by zero": 6} {
		if n := strings.Count(strings.Join(written.all, ""), text); n < 1 || n > most {
			t.Errorf("%q is logged %d times, want 1 to %d", text, n, most)
		}
	}
	if n := len(written.all); n >= 100 || n < 20 {
		t.Errorf("%d lines, want at least one for each outage and fewer than 100:\n%s", n, strings.Join(written.all, ""))
	}
}
