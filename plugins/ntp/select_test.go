package ntp

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// While most samples are correct, the true offset is within the bound of the result,
// whatever the other samples are.
func TestTheTrueOffsetIsWithinTheBoundOfTheMajority(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		duration := func(name string, limit time.Duration) time.Duration {
			return time.Duration(rapid.Int64Range(-int64(limit), int64(limit)).Draw(t, name))
		}
		truth := duration("truth", 100*365*day)
		right := rapid.IntRange(1, maxServers).Draw(t, "right")
		wrong := rapid.IntRange(0, right-1).Draw(t, "wrong")
		var samples []sample
		for range right {
			bound := minBound + duration("bound", maxBound-minBound).Abs()
			samples = append(samples, sample{offset: truth + duration("error", bound), bound: bound})
		}
		for range wrong {
			bound := minBound + duration("bound", maxBound-minBound).Abs()
			samples = append(samples, sample{offset: truth + duration("false error", 10*time.Second), bound: bound})
		}
		samples = rapid.Permutation(samples).Draw(t, "order")
		for i := range samples {
			samples[i].server = Server(fmt.Sprint(i))
		}
		v, ok := selectMajority(samples)
		if !ok {
			t.Fatal("the majority was not found")
		}
		if (v.offset - truth).Abs() > v.bound {
			t.Fatalf("off by %v with a bound of %v", v.offset-truth, v.bound)
		}
	})
}

func TestSelectMajority(t *testing.T) {
	const ms = time.Millisecond
	measured := func(offset, bound time.Duration) sample { return sample{server: "s", offset: offset, bound: bound} }
	for name, c := range map[string]struct {
		samples []sample
		agreed  int // 0: no majority
		offset  time.Duration
	}{
		"one":                     {[]sample{measured(7*ms, 5*ms)}, 1, 7 * ms},
		"two that overlap":        {[]sample{measured(0, 5*ms), measured(8*ms, 5*ms)}, 2, 4 * ms},
		"two that touch":          {[]sample{measured(0, 5*ms), measured(10*ms, 5*ms)}, 2, 5 * ms},
		"two that do not overlap": {[]sample{measured(0, 5*ms), measured(11*ms, 5*ms)}, 0, 0},
		"two against two":         {[]sample{measured(0, 5*ms), measured(0, 5*ms), measured(99*ms, 5*ms), measured(99*ms, 5*ms)}, 0, 0},
		"the median of three":     {[]sample{measured(9*ms, 20*ms), measured(1*ms, 20*ms), measured(2*ms, 20*ms)}, 3, 2 * ms},
		"one with a wide bound":   {[]sample{measured(900*ms, 1000*ms), measured(0, 5*ms)}, 2, 5 * ms},
		"the holdover is not reported as a server": {[]sample{{offset: 3 * ms, bound: 9 * ms}, measured(0, 5*ms)}, 1, 0},
		"the holdover against one false server":    {[]sample{{offset: 0, bound: 9 * ms}, measured(99*ms, 5*ms)}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			v, ok := selectMajority(c.samples)
			if ok != (c.agreed > 0) || len(v.agreed) != c.agreed || v.offset != c.offset {
				t.Errorf("%v, %d agree on %v; want %d on %v", ok, len(v.agreed), v.offset, c.agreed, c.offset)
			}
		})
	}
}
