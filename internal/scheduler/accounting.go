package scheduler

import "time"

// accounting keeps the loop's time: on which task it is spent, which step blocks
// the loop, and how late steps begin. The loop tells it when a step begins and
// ends, and when it waits.
//
// Reading the clock costs a third of a switch. So while many tasks are ready whose
// steps have been light, it is read once for several steps and the time is split
// evenly: that is off by about a microsecond a step, and does not happen in a
// daemon that mostly waits. After one heavy step each step is timed by itself again
// for a while.
type accounting struct {
	clock       Clock
	scaled      scaledClock // the clock, if it runs faster than the machine's; else nil
	watchdog    *watchdog
	threshold   time.Duration // from which on a step counts as blocking
	onUnblocked func(Blocked)

	now         Instant       // when the clock was last read
	resumedAt   Instant       // when the machine did, after a suspend
	since       Instant       // all time before is accounted
	steps       [batch]*stats // that have ended since
	count       int
	lightSteps  int   // in a row
	accountable *Task // whose step it is
	wakeups     uint64
	names       map[statsKey]*stats
}

const (
	batch      = 8
	lightStep  = 2 * time.Microsecond
	lightAfter = 64 // light steps in a row
)

// scaledClock is a clock that runs faster than the machine's: Kernel returns when
// an instant comes, or came, by the machine's clock.
type scaledClock interface{ Kernel(Instant) Instant }

func newAccounting(o Options) accounting {
	scaled, _ := o.Clock.(scaledClock)
	return accounting{
		clock: o.Clock, scaled: scaled, threshold: o.BlockedAfter, onUnblocked: o.OnUnblocked,
		now: o.Clock.Now(), names: map[statsKey]*stats{},
	}
}

// pause and resume stand around the loop's wait, which ends at an instant.
func (a *accounting) pause(until Instant) {
	a.wakeups++
	a.watchdog.beginWait(a.now, until)
}

func (a *accounting) resume(now Instant) {
	a.now, a.since = now, now
	a.watchdog.endWait(now)
}

// begin starts a step of a task.
func (a *accounting) begin(t *Task) {
	if t.slept {
		t.stats.late.add(a.elapsed(max(t.timer.due, a.resumedAt), a.now))
	}
	a.accountable = t
	a.watchdog.begin(t)
}

// defers tells whether the time of a step is accounted later, while that many tasks
// are ready.
func (a *accounting) defers(ready int) bool {
	return ready >= batch && a.lightSteps >= lightAfter && a.count < batch-1
}

// end ends the step.
func (a *accounting) end(ready int) {
	deferred := a.defers(ready)
	a.addStep()
	if !deferred {
		a.readClock()
		a.charge()
	}
}

// endAtClock ends the step, and begins another of the same task, when the clock was
// last read.
func (a *accounting) endAtClock() {
	a.addStep()
	a.charge()
}

func (a *accounting) addStep() {
	a.steps[a.count] = a.accountable.stats
	a.count++
}

// settle accounts the steps that were deferred.
func (a *accounting) settle() {
	if a.count > 0 {
		a.readClock()
		a.charge()
	}
}

// runAs runs a function as a step of callee, within a step. The watchdog measures
// the outer step as a whole: otherwise many short calls could block the loop
// unnoticed.
func (a *accounting) runAs(callee *Task, fn func()) {
	caller := a.accountable
	a.handOver(callee)
	caller.stats.Runs-- // its step continues
	defer a.handOver(caller)
	fn()
}

func (a *accounting) handOver(to *Task) {
	a.addStep()
	a.now = a.clock.Now()
	a.charge()
	a.accountable = to
	a.watchdog.begin(to)
}

// charge splits the time between the steps that have ended.
func (a *accounting) charge() {
	passed := a.elapsed(a.since, a.now)
	if passed >= a.threshold {
		a.reportUnblocked(passed)
	}
	each := passed / time.Duration(a.count)
	for _, stats := range a.steps[:a.count] {
		stats.ran(each)
	}
	a.lightSteps += a.count
	if each > lightStep {
		a.lightSteps = 0
	}
	a.count, a.since = 0, a.now
}

// reportUnblocked reports a step that has blocked the loop. Of several that were
// timed together the watchdog knows which one it was.
func (a *accounting) reportUnblocked(passed time.Duration) {
	starved := a.watchdog.starved(a.since, a.now)
	if a.count == 1 {
		s := a.steps[0]
		a.onUnblocked(Blocked{Owner: s.Owner, Name: s.Name, For: passed, Starved: starved})
	} else if t := a.watchdog.reportedSince(a.since); t != nil {
		a.onUnblocked(Blocked{Owner: t.owner, Name: t.name, For: passed, Starved: starved})
	}
}

func (a *accounting) readClock() {
	a.now = a.clock.Now()
	a.watchdog.clockRead(a.now)
}

// elapsed returns the time between two instants by the machine's clock: what a
// step costs does not depend on how fast the loop's clock runs.
func (a *accounting) elapsed(from, to Instant) time.Duration {
	return a.machine(to).Sub(a.machine(from))
}

func (a *accounting) machine(i Instant) Instant {
	if a.scaled == nil {
		return i
	}
	return a.scaled.Kernel(i)
}

// maxNames bounds the names that are counted apart, in case they are numbered.
const maxNames = 1024

// otherNames is the name under which the rest is counted.
const otherNames = "(others)"

// stats returns what is counted for an owner and name.
func (a *accounting) stats(owner, name string) *stats {
	key := statsKey{owner, name}
	s := a.names[key]
	if s == nil && len(a.names) >= maxNames {
		key = statsKey{"", otherNames}
		s = a.names[key]
	}
	if s == nil {
		s = &stats{Totals: Totals{Owner: key.owner, Name: key.name}}
		a.names[key] = s
	}
	return s
}

// RunAs runs a function as part of the current step, but accounts it to another
// owner and name: its time, and the blame if it blocks the loop. It is for calls
// between owners: a handler of one plugin that runs in a step of another, or a
// posted function. Call it on the loop.
func (l *Loop) RunAs(owner, name string, fn func()) {
	s := l.time.stats(owner, name)
	if s.callee == nil || s.callee.owner != owner || s.callee.name != name {
		s.callee = &Task{loop: l, owner: owner, name: name, stats: s}
	}
	l.time.runAs(s.callee, fn)
}
