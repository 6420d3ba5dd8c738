package ntp

import (
	"math"
	"slices"
	"time"
)

// answer is what one voice says of the time: true time lies within offset plus
// and minus bound.
type answer struct {
	server    Server        // empty: our own clock
	offset    time.Duration // true time minus Clock.Uncorrected
	bound     time.Duration // of the error: the root distance of RFC 5905
	roundTrip time.Duration
	stratum   int
}

func (a answer) low() time.Duration  { return a.offset - a.bound }
func (a answer) high() time.Duration { return a.offset + a.bound }

// verdict is what most voices agree on.
type verdict struct {
	answer          // of the best of the agreeing servers, but with the offset of all
	agreed []Server // … who they are …
	spread time.Duration
}

// agree finds the times that most voices hold for possible, after Marzullo and
// section 11.2.1 of RFC 5905: true time is among them while most voices are
// right, whatever the others say, and however precisely. Of the servers that
// hold some of those times for possible, the median counts. False: no time is
// possible for a majority.
func agree(voices []answer) (verdict, bool) {
	low, high := time.Duration(math.MaxInt64), time.Duration(math.MinInt64)
	for _, a := range voices {
		// What is possible for most begins and ends where it does for one.
		for _, edge := range []time.Duration{a.low(), a.high()} {
			if possibleForMost(voices, edge) {
				low, high = min(low, edge), max(high, edge)
			}
		}
	}
	if low > high {
		return verdict{}, false
	}
	var v verdict
	var offsets []time.Duration
	for _, a := range voices {
		if a.high() < low || a.low() > high || a.server == "" {
			continue
		}
		if len(offsets) == 0 || a.bound < v.bound {
			v.answer = a
		}
		offsets = append(offsets, a.offset)
		v.agreed = append(v.agreed, a.server)
	}
	slices.Sort(offsets)
	v.spread = offsets[len(offsets)-1] - offsets[0]
	v.offset = min(max(median(offsets), low), high)
	v.bound = max(high-v.offset, v.offset-low)
	return v, true
}

func possibleForMost(voices []answer, at time.Duration) bool {
	votes := 0
	for _, a := range voices {
		if a.low() <= at && at <= a.high() {
			votes++
		}
	}
	return 2*votes > len(voices)
}

// median takes sorted values.
func median(sorted []time.Duration) time.Duration {
	n := len(sorted)
	return sorted[(n-1)/2]/2 + sorted[n/2]/2
}
