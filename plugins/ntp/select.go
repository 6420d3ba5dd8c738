package ntp

import (
	"math"
	"slices"
	"time"
)

// sample is one measurement of the time: the true offset lies within offset plus and
// minus bound.
type sample struct {
	server    Server        // empty: the holdover of our own clock
	offset    time.Duration // true time minus Clock.Uncorrected
	bound     time.Duration // of the error: the root distance of RFC 5905
	roundTrip time.Duration
	stratum   int
}

func (s sample) low() time.Duration  { return s.offset - s.bound }
func (s sample) high() time.Duration { return s.offset + s.bound }

// selection is what the majority of samples agrees on.
type selection struct {
	sample          // of the agreeing server with the smallest bound, but offset and bound of all
	agreed []Server // the truechimers
	spread time.Duration
}

// selectMajority finds the offsets that are within the bounds of most samples, after
// Marzullo and section 11.2.1 of RFC 5905: the true offset is among them as long as most
// samples are correct, whatever the others claim. The result is the median of the
// samples that reach into that interval. It returns false if there is no majority.
func selectMajority(samples []sample) (selection, bool) {
	low, high := time.Duration(math.MaxInt64), time.Duration(math.MinInt64)
	for _, s := range samples {
		// The interval of the majority begins and ends where that of a sample does.
		for _, edge := range []time.Duration{s.low(), s.high()} {
			count := 0
			for _, other := range samples {
				if other.low() <= edge && edge <= other.high() {
					count++
				}
			}
			if 2*count > len(samples) {
				low, high = min(low, edge), max(high, edge)
			}
		}
	}
	if low > high {
		return selection{}, false
	}
	var sel selection
	var offsets []time.Duration
	for _, s := range samples {
		if s.high() < low || s.low() > high || s.server == "" {
			continue
		}
		if len(offsets) == 0 || s.bound < sel.bound {
			sel.sample = s
		}
		offsets = append(offsets, s.offset)
		sel.agreed = append(sel.agreed, s.server)
	}
	slices.Sort(offsets)
	last := len(offsets) - 1
	sel.spread = offsets[last] - offsets[0]
	median := offsets[last/2]/2 + offsets[(last+1)/2]/2
	sel.offset = min(max(median, low), high)
	sel.bound = max(high-sel.offset, sel.offset-low)
	return sel, true
}
