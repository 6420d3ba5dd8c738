package button

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
	"ptvd/plugins"
)

const ms = plugins.Instant(time.Millisecond)

// gesturesOf returns the gestures of a button that goes down, up, down, … at the given
// milliseconds, each with the millisecond at which it was decided.
func gesturesOf(w timing, until int, edges ...int) string {
	var out []string
	var r *recognizer
	r = newRecognizer(w, false, 0, func(g gesture) {
		if g != press && g != release {
			out = append(out, fmt.Sprintf("%v at %d", g, r.now/ms))
		}
	})
	for i, at := range edges {
		r.edge(i%2 == 0, plugins.Instant(at)*ms)
	}
	r.advance(plugins.Instant(until) * ms)
	return strings.Join(out, ", ")
}

func TestEachGestureIsDecidedOnceAndAsEarlyAsPossible(t *testing.T) {
	const window = 400 * time.Millisecond
	var (
		one         = timing{clicks: 1, window: window}
		two         = timing{clicks: 2, window: window}
		three       = timing{clicks: 3, window: window}
		oneOrLong   = timing{clicks: 1, window: window, long: time.Second}
		all         = timing{clicks: 3, window: window, long: time.Second}
		longAndHold = timing{clicks: 1, window: window, long: time.Second, repeat: 200 * time.Millisecond}
	)
	for _, c := range []struct {
		name  string
		w     timing
		edges []int
		want  string
	}{
		{"click is decided at the release if nothing else is configured", one, []int{0, 80}, "click at 80"},
		{"quick clicks are single clicks without double", one, []int{0, 80, 150, 230}, "click at 80, click at 230"},
		{"700 ms is a click", one, []int{0, 700}, "click at 700"},
		{"700 ms is a click if long is one second", oneOrLong, []int{0, 700}, "click at 700"},
		{"700 ms is a click if everything is configured", all, []int{0, 700}, "click at 700"},
		{"ten seconds is a click without long", one, []int{0, 10_000}, "click at 10000"},
		{"click waits for the window with double", two, []int{0, 80}, "click at 400"},
		{"click waits for the window from its press", two, []int{0, 390}, "click at 400"},
		{"click held beyond the window is decided at the release", two, []int{0, 450}, "click at 450"},
		{"double is decided at the second press", two, []int{0, 80, 300, 390}, "double at 300"},
		{"holding the second press is not a long press", all, []int{0, 80, 300, 5000}, "double at 700"},
		{"presses further apart than the window are two clicks", two, []int{0, 80, 400, 480}, "click at 400, click at 800"},
		{"three quick presses are double and click without triple", two, []int{0, 80, 200, 280, 390, 450}, "double at 200, click at 790"},
		{"four quick presses are two doubles", two, []int{0, 80, 200, 280, 390, 450, 600, 650}, "double at 200, double at 600"},
		{"double waits for the window with triple", three, []int{0, 80, 200, 280}, "double at 600"},
		{"triple is decided at the third press", three, []int{0, 80, 200, 280, 500, 580}, "triple at 500"},
		{"each press restarts the window", three, []int{0, 80, 390, 450, 780, 800}, "triple at 780"},
		{"long is decided at its time, while the button is down", oneOrLong, []int{0, 3000}, "long at 1000"},
		{"release at the long-press time is a long press", oneOrLong, []int{0, 1000}, "long at 1000"},
		{"release just before it is a click", oneOrLong, []int{0, 999}, "click at 999"},
		{"long is decided before the window ends", timing{clicks: 2, window: time.Second, long: 300 * time.Millisecond}, []int{0, 500}, "long at 300"},
		{"click after a long press is a new gesture", all, []int{0, 1200, 1300, 1400}, "long at 1000, click at 1700"},
		{"hold repeats from the long-press time to the release", longAndHold, []int{0, 1500}, "long at 1000, hold at 1000, hold at 1200, hold at 1400"},
		{"a short press does not hold", longAndHold, []int{0, 100}, "click at 100"},
		{"stuck is reported once", one, []int{0}, "stuck at 60000"},
		{"releasing a stuck button is not a click", one, []int{0, 90_000, 95_000, 95_100}, "stuck at 60000, click at 95100"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := gesturesOf(c.w, 200_000, c.edges...); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAStuckButtonStopsRepeating(t *testing.T) {
	w := timing{clicks: 1, window: time.Second, long: time.Second, repeat: time.Second}
	got := gesturesOf(w, 3_600_000, 0)
	if n := strings.Count(got, "hold"); n != 59 || !strings.HasSuffix(got, "hold at 59000, stuck at 60000") {
		t.Errorf("%d holds in an hour: %s", n, got)
	}
}

func TestAPressFromBeforeTheStartIsNotAGesture(t *testing.T) {
	var got []gesture
	r := newRecognizer(timing{clicks: 1, window: time.Second}, true, 0, func(g gesture) { got = append(got, g) })
	r.edge(false, 500*ms)
	r.advance(100_000 * ms)
	if len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

func TestAButtonDownSinceBeforeTheStartMayBeStuck(t *testing.T) {
	var got []gesture
	r := newRecognizer(timing{clicks: 1, window: time.Second}, true, 0, func(g gesture) { got = append(got, g) })
	r.advance(100_000 * ms)
	if !slices.Equal(got, []gesture{stuck}) {
		t.Errorf("got %v", got)
	}
}

// The gestures are the same whether each decision is made on time or all edges are
// handled late, after the loop was blocked.
func TestLateEdgesGiveTheSameGestures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := timing{
			clicks: rapid.IntRange(1, 3).Draw(t, "clicks"),
			window: 400 * time.Millisecond,
			long:   time.Duration(rapid.SampledFrom([]int{0, 300, 1000}).Draw(t, "long")) * time.Millisecond,
		}
		if w.long > 0 {
			w.repeat = time.Duration(rapid.SampledFrom([]int{0, 200}).Draw(t, "repeat")) * time.Millisecond
		}
		gaps := rapid.SliceOfN(rapid.IntRange(1, 1500), 0, 40).Draw(t, "gaps")
		onTime, late := new(recorder), new(recorder)
		a, b := newRecognizer(w, false, 0, onTime.add), newRecognizer(w, false, 0, late.add)
		var at plugins.Instant
		for i, gap := range gaps {
			at += plugins.Instant(gap) * ms
			for due := a.due(); due <= at; due = a.due() {
				a.advance(due)
			}
			a.edge(i%2 == 0, at)
			b.edge(i%2 == 0, at)
		}
		a.advance(at.Add(10 * time.Minute))
		b.advance(at.Add(10 * time.Minute))
		if !slices.Equal(onTime.gestures, late.gestures) {
			t.Fatalf("on time %v\nlate    %v", onTime.gestures, late.gestures)
		}
	})
}

type recorder struct{ gestures []gesture }

func (d *recorder) add(g gesture) { d.gestures = append(d.gestures, g) }

func (d *recorder) count(g gesture) (n int) {
	for _, h := range d.gestures {
		if h == g {
			n++
		}
	}
	return n
}

// FuzzGestures feeds edges at arbitrary times, also backwards in time: every press
// counts towards exactly one gesture.
func FuzzGestures(f *testing.F) {
	f.Add(byte(0), []byte{1, 10, 0, 80})
	f.Add(byte(0b111), []byte{1, 10, 0, 8, 1, 12, 0, 9, 1, 20, 0, 7})
	f.Add(byte(0b1110), []byte{1, 10, 0, 200, 1, 250, 1, 3, 0, 0})
	f.Add(byte(0b10001), []byte{1, 255, 129, 255, 0, 255})
	f.Fuzz(func(t *testing.T, setting byte, data []byte) {
		w := timing{clicks: 1 + int(setting)%3, window: 400 * time.Millisecond}
		if setting&4 != 0 {
			w.long = time.Second
		}
		if setting&8 != 0 && w.long > 0 {
			w.repeat = 200 * time.Millisecond
		}
		var d recorder
		r := newRecognizer(w, setting&16 != 0, 0, d.add)
		var at plugins.Instant
		for len(data) >= 2 {
			step := plugins.Instant(data[1]) * 10 * ms
			switch data[0] >> 6 {
			case 1:
				step = -step
			case 2:
				step *= 100
			case 3:
				r.advance(at + step)
			}
			at += step
			r.edge(data[0]&1 == 1, at)
			data = data[2:]
		}
		r.edge(false, at)
		r.advance(plugins.Never - 1)

		if d.count(press) != d.count(release) {
			t.Errorf("%d presses, %d releases", d.count(press), d.count(release))
		}
		accounted := d.count(click) + 2*d.count(double) + 3*d.count(triple) + d.count(long)
		if lost := d.count(press) - accounted; lost < 0 || lost > d.count(stuck) {
			t.Errorf("%d presses, but gestures %v", d.count(press), d.gestures)
		}
		if w.long == 0 && d.count(long) > 0 || w.repeat == 0 && d.count(hold) > 0 {
			t.Errorf("gestures that are not configured: %v", d.gestures)
		}
		if r.due() != plugins.Never {
			t.Errorf("something is due at %v although the button is up", r.due())
		}
	})
}
