package scheduler

import (
	"cmp"
	"math/bits"
	"slices"
	"time"
)

// Snapshot is the state of a loop and what it has counted. It is cheap enough to
// be taken every second.
type Snapshot struct {
	At      Instant
	Machine Instant // the same by the machine's clock, on which Totals are measured
	Wakeups uint64  // times that the loop waited and woke
	Workers int     // awaited work that runs beside the loop
	Tasks   []TaskState
	Totals  []Totals
}

// TaskState is a live task.
type TaskState struct {
	Owner, Name string
	Urgent      bool
	State       string  // ready, running, or what it waits for: sleep, event, queue, await …
	Due         Instant // when its sleep ends; Never where it does not sleep
}

// Totals are the counts of all tasks of one owner and name, present and past, so
// that they outlive a restart. Those of "post" are of posted functions. Durations
// are by the machine's clock, also where the loop's clock runs faster.
type Totals struct {
	Owner, Name string
	Live        int           // tasks now
	Spawned     uint64        // tasks ever
	Runs        uint64        // steps
	Total       time.Duration // on the loop
	Longest     time.Duration // step
	Missed      uint64        // ticks of Every that were skipped
	Late        Lateness      // of sleeps and ticks: from due to run
}

// Lateness sums up how late steps began. Its quantiles are up to a quarter too
// high, never too low.
type Lateness struct {
	Count         uint64
	Sum           time.Duration
	P50, P99, Max time.Duration
	// Below counts those that were less than each of the LatenessBounds.
	Below [len(LatenessBounds)]uint64
}

// LatenessBounds are powers of two nanoseconds, from 0.13 ms to 4.3 s.
var LatenessBounds = [...]time.Duration{1 << 17, 1 << 20, 1 << 23, 1 << 26, 1 << 29, 1 << 32}

// Snapshot returns the state of the loop: the tasks in the order of their start,
// the totals by owner and name. Call it on the loop.
func (l *Loop) Snapshot() Snapshot {
	now := l.Now()
	s := Snapshot{
		At:      now,
		Machine: l.time.machine(now),
		Wakeups: l.time.wakeups,
		Tasks:   make([]TaskState, 0, l.live),
		Totals:  make([]Totals, 0, len(l.time.names)),
	}
	for _, n := range l.workers {
		s.Workers += *n
	}
	for t := range l.tasks.all() {
		state := TaskState{Owner: t.owner, Name: t.name, Urgent: t.urgent, State: t.state.String(), Due: Never}
		if t.state == inSleep {
			state.Due = t.timer.due
		}
		s.Tasks = append(s.Tasks, state)
	}
	for _, stats := range l.time.names {
		s.Totals = append(s.Totals, stats.totals())
	}
	slices.SortFunc(s.Totals, func(a, b Totals) int {
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Name, b.Name))
	})
	return s
}

// stats is what the loop counts for an owner and name.
type stats struct {
	Totals // except Late
	late   histogram
	callee *Task // of the latest RunAs
}

type statsKey struct{ owner, name string }

func (s *stats) ran(d time.Duration) {
	s.Runs++
	s.Total += d
	s.Longest = max(s.Longest, d)
}

func (s *stats) totals() Totals {
	t := s.Totals
	t.Late = Lateness{Count: s.late.count, Sum: s.late.sum, P50: s.late.quantile(0.50), P99: s.late.quantile(0.99), Max: s.late.max}
	for i, bound := range LatenessBounds {
		t.Late.Below[i] = s.late.below(bound)
	}
	return t
}

// histogram counts durations in buckets that are at most a quarter wide: 8 to
// 9, 10 to 11, 12 to 13, 14 to 15, 16 to 19 …
type histogram struct {
	count   uint64
	sum     time.Duration
	max     time.Duration
	buckets [256]uint64
}

func (h *histogram) add(d time.Duration) {
	d = max(d, 0)
	h.count++
	h.sum += d
	h.max = max(h.max, d)
	h.buckets[bucketOf(uint64(d))]++
}

// quantile returns the upper bound of the bucket that holds the quantile q, from
// 0 to 1; 0 when nothing was counted.
func (h *histogram) quantile(q float64) time.Duration {
	wanted := uint64(q * float64(h.count))
	var seen uint64
	for i, n := range h.buckets {
		seen += n
		if n > 0 && seen > min(wanted, h.count-1) {
			return min(upperBound(i), h.max)
		}
	}
	return 0
}

// below returns how many durations were less than a bound, which is a power of two.
func (h *histogram) below(bound time.Duration) (n uint64) {
	for _, in := range h.buckets[:bucketOf(uint64(bound))] {
		n += in
	}
	return n
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
