package scheduler

import "time"

// A goroutine that hands something to the loop makes it ready, for which Go wakes a second
// thread and the kernel executes thousands of instructions. A goroutine that has nothing
// else to do, as one that reads edges or has done what a task awaits, runs the tasks itself
// instead, while that of Run stays in the clock's Wait.

// maxTakeOver is how long it may do so. Meanwhile it does not do what it is there for.
const maxTakeOver = time.Millisecond

// SetAndRun is Set of a flag of the loop's tasks, for a goroutine that has nothing else to
// do and holds nothing that a task may need. If the loop waits, the goroutine runs what is
// due itself, for a millisecond or until the end of the step that runs then.
func (l *Loop) SetAndRun(f *Flag) {
	if !f.set.Swap(true) {
		l.postAndRun(f.deliver)
	}
}

// postAndRun returns false when the function will not be run any more.
func (l *Loop) postAndRun(fn func()) bool {
	if !l.posts.put(fn) {
		return false
	}
	if !l.takeOver() {
		l.posts.endLoopsWait()
	}
	return true
}

// takeOver runs what is due on the calling goroutine, if Run's waits, until nothing is due
// any more or for maxTakeOver. False: Run's goroutine does not wait.
func (l *Loop) takeOver() bool {
	if l.shared == nil {
		return false
	}
	now, ok := l.shared.TakeOver()
	if !ok {
		return false
	}
	owner := l.goroutine
	l.goroutine, l.takenOver = goroutine(), true
	l.endWait(now)
	end := now.Add(maxTakeOver)
	until, returned := Instant(0), false // 0: Run's goroutine goes on at once
	defer func() {
		l.goroutine, l.takenOver = owner, false
		l.gone = l.gone || !returned // a post, or what it called, has called runtime.Goexit
		l.shared.GiveBack(until)
	}()
	idle := l.runDue(func() bool { return l.time.now >= end || l.done() })
	returned = true
	if idle && l.posts.beginWait() {
		until = l.deadline()
		l.time.pause(until)
	} else {
		l.time.watchdog.begin(nil) // no task's step goes on until Run's goroutine does
	}
	return true
}
