package fade

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
	"ptvd/plugins"
)

const ms = plugins.Instant(time.Millisecond)

func TestAFadeTakesItsShareOfTheSweep(t *testing.T) {
	for _, c := range []struct {
		name     string
		sweep    time.Duration
		from, to float64
		want     time.Duration
	}{
		{"all the way up", time.Second, 0, 1, time.Second},
		{"all the way down", time.Second, 1, 0, time.Second},
		{"a quarter of the way", time.Second, 0.5, 0.25, 250 * time.Millisecond},
		{"nowhere", time.Second, 0.5, 0.5, 0},
		{"without a sweep at once", 0, 0, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fader{sweep: c.sweep, from: c.from, goal: c.from}
			start := 5000 * ms
			f.aim(c.to, start)
			if got := f.arrives().Sub(start); got != c.want {
				t.Errorf("took %v, want %v", got, c.want)
			}
			if got := f.level(f.arrives()); got != c.to {
				t.Errorf("arrived at %v, want exactly %v", got, c.to)
			}
		})
	}
}

// Whatever goals come and whenever the lamp is looked at: the level never jumps,
// and always moves towards the goal of the moment.
func TestTheLevelNeverJumps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := fader{sweep: time.Second}
		var now plugins.Instant
		level := 0.0
		for range rapid.IntRange(1, 50).Draw(t, "looks") {
			if rapid.Bool().Draw(t, "new goal") {
				f.aim(rapid.Float64Range(0, 1).Draw(t, "goal"), now)
			}
			gap := rapid.IntRange(0, 300).Draw(t, "gap in ms")
			now += plugins.Instant(gap) * ms
			next := f.level(now)
			if moved := math.Abs(next - level); moved > float64(gap)/1000+1e-9 {
				t.Fatalf("moved by %v in %d ms", moved, gap)
			}
			if before, after := math.Abs(f.goal-level), math.Abs(f.goal-next); after > before+1e-9 {
				t.Fatalf("went from %v to %v, away from the goal %v", level, next, f.goal)
			}
			level = next
		}
	})
}
