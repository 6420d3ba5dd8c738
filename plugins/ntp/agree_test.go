package ntp

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// While most voices are right, however they are and whatever the others say, the
// truth lies within the bound of what is agreed on.
func TestTheTruthIsWithinTheVerdictWhileMostAreRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		duration := func(name string, most time.Duration) time.Duration {
			return time.Duration(rapid.Int64Range(-int64(most), int64(most)).Draw(t, name))
		}
		truth := duration("truth", 100*365*day)
		right := rapid.IntRange(1, maxServers).Draw(t, "right")
		wrong := rapid.IntRange(0, right-1).Draw(t, "wrong")
		var voices []answer
		for range right {
			bound := minBound + duration("bound", maxBound-minBound).Abs()
			voices = append(voices, answer{offset: truth + duration("error", bound), bound: bound})
		}
		for range wrong {
			bound := minBound + duration("bound", maxBound-minBound).Abs()
			voices = append(voices, answer{offset: truth + duration("lie", 10*time.Second), bound: bound})
		}
		voices = rapid.Permutation(voices).Draw(t, "order")
		for i := range voices {
			voices[i].server = Server(fmt.Sprint(i))
		}
		v, ok := agree(voices)
		if !ok {
			t.Fatal("there is a majority, and it was not found")
		}
		if (v.offset - truth).Abs() > v.bound {
			t.Fatalf("off by %v, and the bound is %v", v.offset-truth, v.bound)
		}
	})
}

func TestVoicesAgreeWhereMostOfTheirIntervalsMeet(t *testing.T) {
	const ms = time.Millisecond
	voice := func(offset, bound time.Duration) answer { return answer{server: "s", offset: offset, bound: bound} }
	for name, c := range map[string]struct {
		voices []answer
		agreed int // 0: no majority
		offset time.Duration
	}{
		"one alone":                     {[]answer{voice(7*ms, 5*ms)}, 1, 7 * ms},
		"two that meet":                 {[]answer{voice(0, 5*ms), voice(8*ms, 5*ms)}, 2, 4 * ms},
		"two that touch":                {[]answer{voice(0, 5*ms), voice(10*ms, 5*ms)}, 2, 5 * ms},
		"two that do not":               {[]answer{voice(0, 5*ms), voice(11*ms, 5*ms)}, 0, 0},
		"two against two":               {[]answer{voice(0, 5*ms), voice(0, 5*ms), voice(99*ms, 5*ms), voice(99*ms, 5*ms)}, 0, 0},
		"the middle one of three":       {[]answer{voice(9*ms, 20*ms), voice(1*ms, 20*ms), voice(2*ms, 20*ms)}, 3, 2 * ms},
		"a vague one moves nobody":      {[]answer{voice(900*ms, 1000*ms), voice(0, 5*ms)}, 2, 5 * ms},
		"our own clock votes, no more":  {[]answer{{offset: 3 * ms, bound: 9 * ms}, voice(0, 5*ms)}, 1, 0},
		"our own clock and a lone liar": {[]answer{{offset: 0, bound: 9 * ms}, voice(99*ms, 5*ms)}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			v, ok := agree(c.voices)
			if ok != (c.agreed > 0) || len(v.agreed) != c.agreed || v.offset != c.offset {
				t.Errorf("%v, %d agree on %v; want %d on %v", ok, len(v.agreed), v.offset, c.agreed, c.offset)
			}
		})
	}
}
