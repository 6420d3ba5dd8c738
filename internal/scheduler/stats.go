package scheduler

import (
	"math/bits"
	"time"
)

type statsKey struct{ owner, name string }

// Stats is what the loop knows of all tasks, present and past, of one name and
// owner, so that it outlives a restart.
type Stats struct {
	Spawned uint64
	Runs    uint64        // steps
	Total   time.Duration // on the loop
	Longest time.Duration // step
	Missed  uint64        // ticks of Every that were skipped
	Late    Histogram     // of sleeps and ticks: from due to run
}

func (l *Loop) statsOf(t *Task) *Stats {
	key := statsKey{t.owner, t.name}
	s := l.stats[key]
	if s == nil {
		s = new(Stats)
		l.stats[key] = s
	}
	return s
}

func (s *Stats) ran(d time.Duration) {
	s.Runs++
	s.Total += d
	s.Longest = max(s.Longest, d)
}

// Histogram counts durations in buckets that are at most a quarter wide: 8 to
// 9, 10 to 11, 12 to 13, 14 to 15, 16 to 19 …
type Histogram struct {
	Count   uint64
	Max     time.Duration
	buckets [256]uint32
}

func (h *Histogram) add(d time.Duration) {
	d = max(d, 0)
	h.Count++
	h.Max = max(h.Max, d)
	h.buckets[bucketOf(uint64(d))]++
}

// Quantile returns the upper bound of the bucket in which the q-th part (0 to
// 1) of the durations lies; 0 when there are none.
func (h *Histogram) Quantile(q float64) time.Duration {
	wanted := uint64(q * float64(h.Count))
	var seen uint64
	for i, n := range h.buckets {
		seen += uint64(n)
		if n > 0 && seen > min(wanted, h.Count-1) {
			return min(upperBound(i), h.Max)
		}
	}
	return 0
}

// bucketOf gives four buckets to each power of two.
func bucketOf(v uint64) int {
	if v < 4 {
		return int(v)
	}
	exponent := bits.Len64(v) - 1
	return exponent*4 + int(v>>(exponent-2))&3 - 4
}

func upperBound(bucket int) time.Duration {
	if bucket < 4 {
		return time.Duration(bucket)
	}
	exponent := bucket/4 + 1
	return time.Duration((uint64(bucket%4)+5)<<(exponent-2) - 1)
}
