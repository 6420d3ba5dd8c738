package fade

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
	"ptvd/plugins"
)

const ms = plugins.Instant(time.Millisecond)

func TestAFadeTakesItsShareOfTheDuration(t *testing.T) {
	for _, c := range []struct {
		name     string
		duration time.Duration
		from, to float64
		want     time.Duration
	}{
		{"from 0 to 1", time.Second, 0, 1, time.Second},
		{"from 1 to 0", time.Second, 1, 0, time.Second},
		{"a quarter", time.Second, 0.5, 0.25, 250 * time.Millisecond},
		{"no change", time.Second, 0.5, 0.5, 0},
		{"without a duration", 0, 0, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fader{duration: c.duration, from: c.from, goal: c.from}
			start := 5000 * ms
			f.fadeTo(c.to, start)
			if got := f.end().Sub(start); got != c.want {
				t.Errorf("took %v, want %v", got, c.want)
			}
			if got := f.level(f.end()); got != c.to {
				t.Errorf("ended at %v, want exactly %v", got, c.to)
			}
		})
	}
}

// For arbitrary goals and times the level never jumps, and always moves towards the
// current goal.
func TestTheLevelNeverJumps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := fader{duration: time.Second}
		var now plugins.Instant
		level := 0.0
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "new goal") {
				f.fadeTo(rapid.Float64Range(0, 1).Draw(t, "goal"), now)
			}
			gap := rapid.IntRange(0, 300).Draw(t, "gap in ms")
			now += plugins.Instant(gap) * ms
			next := f.level(now)
			if moved := math.Abs(next - level); moved > float64(gap)/1000+1e-9 {
				t.Fatalf("moved by %v in %d ms", moved, gap)
			}
			if before, after := math.Abs(f.goal-level), math.Abs(f.goal-next); after > before+1e-9 {
				t.Fatalf("moved from %v to %v, away from the goal %v", level, next, f.goal)
			}
			level = next
		}
	})
}
