package scheduler

import (
	"cmp"
	"time"
)

// RunAs runs a function as part of the current step, but accounts it to another
// owner and name: its time, and the blame if it blocks the loop. It is for calls
// between owners: a handler of one plugin that runs in a step of another, or a
// posted function. Call it on the loop.
func (l *Loop) RunAs(owner, name string, fn func()) {
	caller := l.accountable()
	l.chargeNow(caller)
	caller.stats.Runs-- // its step continues
	callee := &Task{loop: l, owner: owner, name: name, stats: l.statsOf(owner, name)}
	outer := l.onBehalf
	l.onBehalf = callee
	l.watchdog.begin(callee)
	defer func() {
		l.chargeNow(callee)
		l.onBehalf = outer
		l.watchdog.begin(caller)
	}()
	fn()
}

// accountable returns the task that the current time is accounted to.
func (l *Loop) accountable() *Task { return cmp.Or(l.onBehalf, l.current, &l.postTask) }

// chargeNow accounts the time until now. For the watchdog the step does not begin
// anew: otherwise many short calls could block the loop unnoticed.
func (l *Loop) chargeNow(t *Task) {
	l.meter.add(t.stats)
	l.now = l.clock.Now()
	l.charge()
}

// meter accounts the time that tasks spend on the loop. To read the clock costs a
// third of a switch. So while many tasks are ready whose steps have been light, it
// is read once for several steps and the time is split evenly: that is off by about
// a microsecond a step, and does not happen in a daemon that mostly waits. After
// one heavy step each step is timed by itself again for a while.
type meter struct {
	since  Instant       // all time before is accounted
	steps  [batch]*stats // since then
	count  int
	streak int // of light steps
}

const (
	batch      = 8
	lightStep  = 2 * time.Microsecond
	lightAfter = 64 // light steps in a row
)

// add notes a step that has ended just now.
func (m *meter) add(s *stats) {
	m.steps[m.count] = s
	m.count++
}

// mayDefer tells whether the clock need not be read yet.
func (m *meter) mayDefer(ready int) bool {
	return ready >= batch && m.streak >= lightAfter && m.count < batch
}

// charge splits the time that passed until now.
func (m *meter) charge(passed time.Duration, now Instant) {
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

// scaledClock is a clock that runs faster than the machine's: Kernel returns when
// an instant comes, or came, by the machine's clock.
type scaledClock interface{ Kernel(Instant) Instant }

// elapsed returns the time between two instants by the machine's clock: what a
// step costs does not depend on how fast the loop's clock runs.
func (l *Loop) elapsed(from, to Instant) time.Duration { return l.machine(to).Sub(l.machine(from)) }

func (l *Loop) machine(i Instant) Instant {
	if l.scaled == nil {
		return i
	}
	return l.scaled.Kernel(i)
}
