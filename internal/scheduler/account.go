package scheduler

import "cmp"

// As runs a function as part of the present step, on somebody else's account: its
// time is booked to that owner and name, and so is the blame should it hold the
// loop. It is for what is called across: a handler of one plugin in a step of
// another, a function that was posted. Call it on the loop.
func (l *Loop) As(owner, name string, do func()) {
	caller := l.account()
	l.settleUp(caller)
	caller.stats.Runs-- // its step goes on
	callee := &Task{loop: l, owner: owner, name: name, stats: l.statsOf(owner, name)}
	outer := l.guest
	l.guest = callee
	l.watch.begin(callee)
	defer func() {
		l.settleUp(callee)
		l.guest = outer
		l.watch.begin(caller)
	}()
	do()
}

// account returns on whose account the loop is.
func (l *Loop) account() *Task { return cmp.Or(l.guest, l.running, &l.outside) }

// settleUp books the time until now. To the watchdog the step is as old as before.
func (l *Loop) settleUp(t *Task) {
	l.meter.add(t.stats)
	l.now = l.clock.Now()
	l.book()
}
