package scheduler

import "time"

// meter books the time that tasks spend on the loop. To read the clock costs a
// third of a switch. So where a crowd is ready whose steps have proven light, it
// is read once for several of them and the time is split evenly: that is off by
// about a microsecond a step, and in a daemon that mostly rests it does not
// happen. One heavy step, and for a while each is timed by itself again.
type meter struct {
	since  Instant       // all time before is booked
	steps  [crowd]*stats // since then
	count  int
	streak int // of light steps
}

const (
	crowd      = 8
	lightStep  = 2 * time.Microsecond
	lightAfter = 64 // light steps in a row
)

// add notes a step that has ended just now.
func (m *meter) add(s *stats) {
	m.steps[m.count] = s
	m.count++
}

// mayWait tells whether the clock need not be read yet.
func (m *meter) mayWait(ready int) bool {
	return ready >= crowd && m.streak >= lightAfter && m.count < crowd
}

// book shares out the time that passed until now.
func (m *meter) book(passed time.Duration, now Instant) {
	if m.count == 0 {
		return
	}
	each := passed / time.Duration(m.count)
	for _, stats := range m.steps[:m.count] {
		stats.ran(each)
	}
	m.streak += m.count
	if each > lightStep {
		m.streak = 0
	}
	m.count, m.since = 0, now
}
