package gpio_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

const hold = 10 * time.Millisecond

// trace is what a contact really does: edges in the order of their times, from Low
// on.
type trace []gpio.Edge

// at returns the contact's level at a time.
func (c trace) at(now scheduler.Instant) gpio.Level {
	level := gpio.Low
	for _, e := range c {
		if e.At > now {
			break
		}
		level = e.Level
	}
	return level
}

// inTime debounces a trace as a loop that is never late: it reads the contact
// whenever that is due.
func inTime(c trace) []gpio.Edge {
	var out []gpio.Edge
	d := gpio.NewDebouncer(gpio.Low, hold)
	end := scheduler.Never - 1
	for _, e := range append(slices.Clone(c), gpio.Edge{At: end}) {
		for d.Due() < e.At {
			due := d.Due()
			out = append(out, d.Read(gpio.Edge{Level: c.at(due), At: due})...)
		}
		if e.At != end {
			out = append(out, d.Edge(e)...)
		}
	}
	return out
}

// late debounces a trace as a loop that was held until all was over.
func late(c trace) []gpio.Edge {
	var out []gpio.Edge
	d := gpio.NewDebouncer(gpio.Low, hold)
	for _, e := range c {
		out = append(out, d.Edge(e)...)
	}
	end := scheduler.Instant(time.Hour)
	return append(out, d.Read(gpio.Edge{Level: c.at(end), At: end})...)
}

// clicks returns the trace of a bouncing contact that is held and left alone for
// between 11 and 200 ms, in turn.
func clicks(n int, seed uint64) (c trace) {
	rng := rand.New(rand.NewPCG(seed, 0))
	now := scheduler.Instant(time.Millisecond)
	level := gpio.Low
	for range 2 * n {
		for _, after := range sim.Bounce(rng, sim.MaxBounce) {
			level = !level
			c = append(c, gpio.Edge{Level: level, At: now.Add(after)})
		}
		now = now.Add(sim.MaxBounce + 11*time.Millisecond + time.Duration(rng.Int64N(int64(189*time.Millisecond))))
	}
	return c
}

func TestEachClickIsReportedOnce(t *testing.T) {
	for seed := range uint64(200) {
		c := clicks(25, seed)
		out := inTime(c)
		if len(out) != 50 {
			t.Fatalf("seed %d: 25 clicks became %d edges", seed, len(out))
		}
		if got := late(c); !slices.Equal(got, out) {
			t.Fatalf("seed %d: a late loop sees\n%v, one in time\n%v", seed, got, out)
		}
	}
}

func TestDebouncing(t *testing.T) {
	const on, off = gpio.High, gpio.Low
	edge := func(level gpio.Level, ms float64) gpio.Edge {
		return gpio.Edge{Level: level, At: scheduler.Instant(ms * 1e6)}
	}
	for _, test := range []struct {
		name string
		in   trace
		want []gpio.Edge
	}{
		{"the first edge acts at once", trace{edge(on, 5)}, []gpio.Edge{edge(on, 5)}},
		{"a bounce within the hold is nothing", trace{edge(on, 5), edge(off, 6), edge(on, 7)}, []gpio.Edge{edge(on, 5)}},
		{"a change within the hold is told at its end, with its time", trace{edge(on, 5), edge(off, 9)}, []gpio.Edge{edge(on, 5), edge(off, 9)}},
		{"the end of a hold that changed the level begins another", trace{edge(on, 0), edge(off, 9), edge(on, 11), edge(off, 12)}, []gpio.Edge{edge(on, 0), edge(off, 9)}},
		{"a pulse a little longer than the hold is seen, whatever its phase", trace{edge(on, 0), edge(off, 9.5), edge(on, 19.6)}, []gpio.Edge{edge(on, 0), edge(off, 9.5), edge(on, 19.6)}},
		{"an edge to the level that is already there is nothing", trace{edge(off, 5)}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := inTime(test.in); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestADifferentReadingIsALostEdge(t *testing.T) {
	d := gpio.NewDebouncer(gpio.Low, hold)
	got := slices.Clone(d.Read(gpio.Edge{Line: 3, Level: gpio.High, At: 7}))
	if want := []gpio.Edge{{Line: 3, Level: gpio.High, At: 7}}; !slices.Equal(got, want) || d.Level() != gpio.High {
		t.Errorf("got %v, want %v", got, want)
	}
}

// On a busy board a hold may end, with a reading, before the edges of the bounce in it
// have come.
func TestEdgesArrivingAfterTheirHoldStillBelongToIt(t *testing.T) {
	const low, high = gpio.Low, gpio.High
	ms := func(n int) scheduler.Instant { return scheduler.Instant(n) * scheduler.Instant(time.Millisecond) }
	edge := func(level gpio.Level, at int) gpio.Edge { return gpio.Edge{Level: level, At: ms(at)} }
	for name, c := range map[string]struct {
		late []gpio.Edge // after a press at 1 ms, and a reading at 30 ms
		want []gpio.Edge
	}{
		"a bounce is no press":        {[]gpio.Edge{edge(low, 2), edge(high, 3), edge(low, 4), edge(high, 5)}, nil},
		"a release in it is one":      {[]gpio.Edge{edge(low, 2), edge(high, 3), edge(low, 4)}, []gpio.Edge{edge(low, 4)}},
		"so is one that ended before": {[]gpio.Edge{edge(low, 8), edge(high, 25)}, []gpio.Edge{edge(low, 8), edge(high, 25)}},
	} {
		t.Run(name, func(t *testing.T) {
			d := gpio.NewDebouncer(low, hold)
			d.Edge(edge(high, 1))
			d.Read(edge(high, 30))
			var out []gpio.Edge
			for _, e := range c.late {
				out = append(out, d.Edge(e)...)
			}
			last := c.late[len(c.late)-1].Level
			out = append(out, d.Read(edge(last, 60))...)
			if !slices.Equal(out, c.want) {
				t.Errorf("%v, want %v", out, c.want)
			}
		})
	}
}

func TestABounceArrivingInPartsIsNoPress(t *testing.T) {
	d := gpio.NewDebouncer(gpio.Low, hold)
	d.Edge(gpio.Edge{Level: gpio.High, At: 1})
	for i, level := range []gpio.Level{gpio.Low, gpio.High, gpio.Low, gpio.High} {
		reading := gpio.Edge{Level: gpio.High, At: scheduler.Instant(hold) * scheduler.Instant(2+i)}
		if out := d.Read(reading); len(out) > 0 {
			t.Errorf("reading %d: %v", i, out)
		}
		if out := d.Edge(gpio.Edge{Level: level, At: scheduler.Instant(2 + i)}); len(out) > 0 {
			t.Errorf("edge %d: %v", i, out)
		}
	}
}

func TestTimestampsNeverDecreaseWhenAReadingPrecedesAnEdge(t *testing.T) {
	d := gpio.NewDebouncer(gpio.Low, hold)
	d.Read(gpio.Edge{Level: gpio.High, At: 7})
	d.Edge(gpio.Edge{Level: gpio.Low, At: 6})
	got := d.Read(gpio.Edge{Level: gpio.Low, At: d.Due()})
	if want := []gpio.Edge{{Level: gpio.Low, At: 7}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWithoutHoldTimeEveryChangeIsReported(t *testing.T) {
	d := gpio.NewDebouncer(gpio.Low, 0)
	for i := range 10 {
		e := gpio.Edge{Level: i%2 == 0, At: scheduler.Instant(i)}
		if got := d.Edge(e); len(got) != 1 || got[0] != e || d.Due() != scheduler.Never {
			t.Errorf("edge %d: %v", i, got)
		}
	}
}

// FuzzDebouncer takes two bytes an edge: the level, and the time since the last.
func FuzzDebouncer(f *testing.F) {
	f.Add([]byte{1, 40, 0, 3, 1, 3, 0, 60, 1, 30})
	f.Add([]byte{1, 40, 0, 39, 1, 1, 0, 41, 0, 41})
	f.Add([]byte{1, 255, 0, 41, 1, 40, 0, 39, 1, 80, 0, 81})
	f.Fuzz(func(t *testing.T, data []byte) {
		var c trace
		now := scheduler.Instant(0)
		for ; len(data) >= 2; data = data[2:] {
			now += scheduler.Instant(data[1]) * scheduler.Instant(hold/40)
			c = append(c, gpio.Edge{Level: data[0]&1 == 1, At: now})
		}
		out := inTime(c)
		if got := late(c); !slices.Equal(got, out) {
			t.Fatalf("%v: a late loop sees %v, one in time %v", c, got, out)
		}
		if why := wrong(c, out); why != "" {
			t.Fatalf("%v became %v: %s", c, out, why)
		}
	})
}

// wrong says what is wrong with a debounced trace.
func wrong(c trace, out []gpio.Edge) string {
	level, at := gpio.Low, scheduler.Instant(0)
	for _, e := range out {
		if e.Level == level || e.At < at {
			return fmt.Sprintf("%v follows %v at %v", e, level, at)
		}
		level, at = e.Level, e.At
	}
	// A level that lasted for longer than the hold is there in the end, at least.
	clean := trace(out)
	for i, e := range c {
		if i+1 < len(c) && c[i+1].At.Sub(e.At) <= hold {
			continue
		}
		end := scheduler.Never
		if i+1 < len(c) {
			end = c[i+1].At - 1
		}
		if clean.at(end) != e.Level {
			return fmt.Sprintf("the level after %v is lost", e)
		}
	}
	return ""
}
