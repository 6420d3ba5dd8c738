package scheduler

import (
	"iter"
	"runtime/debug"
)

// coroutine is a goroutine that gives control to another one and waits until it
// gets it back: that of the loop, or one that runs the bodies of tasks, one after
// another. Making one costs eight allocations, so those whose task has ended are
// kept for the next.
//
// A pair of next and yield, as iter.Pull makes it, is a slot in which one goroutine
// waits and which another one may exchange for itself: next continues the one that
// has called yield, and yield the one that has called next. It does not matter which
// two they are. So a task continues the next one directly, and takes its place in
// the slot, which costs half as much as returning to the loop in between.
//
// The documentation of iter.Pull does not promise this: it does not say that yield may
// be called by a goroutine other than that of the sequence, nor next by that goroutine
// itself. It holds since both are the runtime's coroswitch, which exchanges the caller
// for what waits. A Go release in which it does not hold fails
// TestCoroutinesEndWhereverTheyWait and TestManyLightStepsRunInTurnAndAreAllCounted.
type coroutine struct {
	task      *Task
	loop      *Loop
	goroutine uintptr
	next      func() (struct{}, bool)
	yield     func(struct{}) bool
	stop      func() // continues what waits in the slot, which is then to end

	guest  *coroutine // waits in the slot of this coroutine
	slot   *coroutine // in whose slot this one waits, …
	inNext bool       // … by a call of next, not of yield
	detour *coroutine // is to be continued first
}

// maxIdle is how many idle coroutines are kept, each with its stack of some
// kilobytes.
const maxIdle = 32

// continueWith waits, while another coroutine goes on.
func (c *coroutine) continueWith(other *coroutine) {
	c.exchange(other)
	c.takeDetours()
}

func (c *coroutine) takeDetours() {
	for c.detour != nil {
		to := c.detour
		c.detour = nil
		c.exchange(to)
	}
}

func (c *coroutine) exchange(other *coroutine) {
	slot := other.slot
	slot.guest, c.slot, c.inNext = c, slot, !other.inNext
	if other.inNext {
		slot.yield(struct{}{})
	} else {
		slot.next()
	}
}

// sendHome lets a coroutine wait in its own slot, so that it can be stopped.
func (l *Loop) sendHome(c *coroutine) {
	if guest := c.guest; guest != c {
		c.detour, guest.detour = guest, &l.root
		l.root.exchange(c)
	}
}

// coroutineFor returns a coroutine that will run the task's body.
func (l *Loop) coroutineFor(t *Task) *coroutine {
	if n := len(l.idle); n > 0 {
		c := l.idle[n-1]
		l.idle = l.idle[:n-1]
		c.task = t
		return c
	}
	c := &coroutine{task: t, loop: l}
	c.guest, c.slot = c, c
	c.next, c.stop = iter.Pull(c.run)
	return c
}

// recycle takes back a coroutine whose task has ended.
func (l *Loop) recycle(c *coroutine) {
	c.task = nil
	if len(l.idle) < maxIdle {
		l.idle = append(l.idle, c)
		return
	}
	l.sendHome(c)
	c.stop()
}

func (l *Loop) stopIdle() {
	for _, c := range l.idle {
		l.sendHome(c)
		c.stop()
	}
	l.idle = nil
}

func (c *coroutine) run(yield func(struct{}) bool) {
	c.yield, c.goroutine = yield, goroutine()
	for c.task != nil {
		c.task.run()
		c.continueWith(&c.loop.root)
	}
}

// run is the bottom of the task's own stack, as the watchdog knows it.
func (t *Task) run() {
	defer func() {
		if value := recover(); value != nil {
			t.err = &PanicError{Value: value, Stack: debug.Stack()} // the stack of the panic is still there
		} else if !t.returned && !t.loop.ended {
			// It has called runtime.Goexit. The loop then stops the coroutine, which
			// ends the loop's goroutine, too.
			t.loop.exited = t.coroutine
			t.coroutine.continueWith(&t.loop.root)
		}
		t.returned = true
	}()
	t.err = t.body(t)
	t.returned = true
}
