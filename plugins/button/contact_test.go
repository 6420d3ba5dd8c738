package button

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ptvd/plugins"
)

// change is an edge of a line, or of the clean contact.
type change struct {
	down bool
	at   plugins.Instant
}

func (c change) String() string { return fmt.Sprintf("%v %.3f", c.down, float64(c.at)/1e6) }

var defaultContact = Config{Debounce: 10 * time.Millisecond}

// clean returns what a contact makes of a line, and its reports of noise. If onTime, each
// decision is made when it is due; otherwise all edges are handled at the end.
func clean(cfg Config, line []change, onTime bool) (out []change, noise []int) {
	c := newContact(cfg, false, 0, func(down bool, at plugins.Instant) { out = append(out, change{down, at}) }, func(n int) { noise = append(noise, n) })
	for _, e := range line {
		if onTime {
			for due := c.due(); due < e.at; due = c.due() {
				c.advance(due)
			}
		}
		c.edge(e.down, e.at)
	}
	c.advance(plugins.Never - 1)
	return out, noise
}

// at returns edges at times in milliseconds: down, up, down, …
func at(times ...float64) (line []change) {
	for i, t := range times {
		line = append(line, change{i%2 == 0, plugins.Instant(t * 1e6)})
	}
	return line
}

func TestContact(t *testing.T) {
	stable := Config{Debounce: 10 * time.Millisecond, Stable: true}
	for _, c := range []struct {
		name string
		cfg  Config
		line []change
		want []change
	}{
		{"a clean click", defaultContact, at(5, 105), at(5, 105)},
		{"a press that bounces", defaultContact, at(5, 5.3, 5.4, 105), at(5, 105)},
		{"a press that is mostly open at first", defaultContact, at(5, 5.1, 5.9, 105), at(5.9, 105)},
		{"a bounce of 20 ms", defaultContact, at(5, 9, 11, 17, 22, 24, 25, 105), at(5, 105)},
		{"a bounce of 50 ms", defaultContact, at(5, 9, 15, 23, 31, 40, 46, 54, 55, 155), at(5, 155)},
		{"a release that bounces for 20 ms", defaultContact, at(5, 105, 110, 114, 119, 124), at(5, 105)},
		{"a spike", defaultContact, at(5, 5.05), nil},
		{"a spike while it is held", defaultContact, at(5, 605, 605.05, 1205), at(5, 1205)},
		{"two spikes in a row", defaultContact, at(5, 5.05, 5.9, 5.95), nil},
		{"a spike before a press", defaultContact, at(5, 5.05, 5.7, 105), at(5.7, 105)},
		{"a tap shorter than the debounce time", defaultContact, at(5, 12, 105, 115), at(5, 12, 105, 115)},
		{"without debouncing", Config{}, at(5, 8, 11, 14), at(5, 8, 11, 14)},
		{"stable: a press", stable, at(5, 105), at(5, 105)},
		{"stable: a pulse", stable, at(5, 14), nil},
		{"stable: from the last bounce on", stable, at(5, 8, 9, 18, 30), at(30)},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, onTime := range []bool{true, false} {
				if got, noise := clean(c.cfg, c.line, onTime); !slices.Equal(got, c.want) || noise != nil {
					t.Errorf("on time: %v; got %v, want %v; noise %v", onTime, got, c.want, noise)
				}
			}
		})
	}
}

// trace returns presses and releases, and the edges of a line that bounces after each for
// up to 20 ms and picks up spikes of up to 50 µs in between.
func trace(rng *rand.Rand, changes int) (wanted, line []change) {
	const ms = plugins.Instant(time.Millisecond)
	n := func(limit plugins.Instant) plugins.Instant { return plugins.Instant(rng.Int64N(int64(limit))) }
	now := 10 * ms
	for i := range changes {
		down := i%2 == 0
		wanted = append(wanted, change{down, now})
		line = append(line, change{down, now})
		// The first millisecond is mostly at the new level, then anything may happen.
		end := now + n(20*ms)
		level := down
		for at := now + 600_000 + n(ms); at < end; at += 10_000 + n(3*ms) {
			level = !level
			line = append(line, change{level, at})
		}
		if level != down {
			line = append(line, change{down, end})
		}
		now = end + 40*ms + n(200*ms)
		for at := end + 15*ms; at < now-15*ms; at += 5*ms + n(100*ms) {
			line = append(line, change{!down, at}, change{down, at + 1 + n(50_000)})
		}
	}
	return wanted, line
}

func TestWhatComesOutIsWhatWentIn(t *testing.T) {
	for seed := range uint64(500) {
		wanted, line := trace(rand.New(rand.NewPCG(seed, 0)), 60)
		for _, onTime := range []bool{true, false} {
			if got, noise := clean(defaultContact, line, onTime); !slices.Equal(got, wanted) || noise != nil {
				t.Fatalf("seed %d, on time: %v\n got %v\nwant %v\nnoise %v", seed, onTime, got, wanted, noise)
			}
		}
	}
}

func TestNoiseIsReportedOnceAndEndsWhenTheLineIsQuiet(t *testing.T) {
	for name, half := range map[string]float64{"50 Hz": 10, "60 Hz": 25. / 3, "a loose contact": 0.7, "fast noise": 3} {
		t.Run(name, func(t *testing.T) {
			var times []float64
			for at := 5.0; at < 10_000; at += half {
				times = append(times, at)
			}
			if len(times)%2 == 1 {
				times = append(times, 10_000)
			}
			out, noise := clean(defaultContact, append(at(times...), at(12_000, 12_100)[0], at(12_000, 12_100)[1]), true)
			rate := int(1000 / half)
			if len(noise) != 2 || noise[0] < rate*8/10 || noise[0] > rate*12/10 || noise[1] != 0 {
				t.Errorf("noise %v, want about %d and then 0", noise, rate)
			}
			presses := 0
			for _, e := range out {
				if e.down {
					presses++
				}
			}
			if last := out[len(out)-2:]; presses > maxPresses || !slices.Equal(last, at(12_000, 12_100)) {
				t.Errorf("%d presses; the last are %v, want those after the noise", presses, last)
			}
		})
	}
}

// FuzzContact feeds any edges at any times, also backwards: reported edges alternate and
// are in order, and in the end the contact is as the line is.
func FuzzContact(f *testing.F) {
	f.Add(byte(10), []byte{1, 10, 0, 200, 1, 3, 0, 1})
	f.Add(byte(0), []byte{1, 1, 0, 1, 1, 1, 0, 1, 1, 255})
	f.Add(byte(0x8a), []byte{1, 20, 0, 90, 0x81, 5, 0, 200})
	f.Fuzz(func(t *testing.T, setting byte, data []byte) {
		cfg := Config{Debounce: time.Duration(setting&0x7f) * time.Millisecond, Stable: setting&0x80 != 0}
		var down, noisy bool
		var latest plugins.Instant
		var c *contact
		c = newContact(cfg, false, 0, func(d bool, at plugins.Instant) {
			if d == down || at < latest {
				t.Errorf("%v at %v after %v at %v", d, at, down, latest)
			}
			down, latest = d, at
		}, func(n int) {
			if noisy == (n > 0) && n > 0 {
				t.Error("noise was reported twice")
			}
			noisy, down = n > 0, c.down // it starts again
		})
		var at plugins.Instant
		for len(data) >= 2 {
			step := plugins.Instant(data[1]) * 100_000
			if data[0]&0x40 != 0 {
				step *= -1
			}
			if data[0]&0x80 != 0 {
				step *= 50
			}
			at += step
			c.edge(data[0]&1 == 1, at)
			data = data[2:]
		}
		c.advance(plugins.Never - 1)
		if noisy || c.down != c.raw || c.due() != plugins.Never {
			t.Errorf("in the end: noisy %v, contact %v, line %v, due %v", noisy, c.down, c.raw, c.due())
		}
	})
}
