package scheduler

import (
	"iter"
	"runtime/debug"
)

// coroutine runs the bodies of tasks, one after another. To make one costs eight
// allocations, so those whose task has ended are kept for the next.
type coroutine struct {
	task      *Task
	goroutine uintptr
	next      func() (struct{}, bool) // runs the task until it is suspended or has ended
	yield     func(struct{}) bool     // suspends it; false: it is being stopped
	stop      func()
}

// maxIdle is how many idle coroutines are kept, each with its stack of some
// kilobytes.
const maxIdle = 32

// coroutines are the idle ones of a loop.
type coroutines []*coroutine

// take returns a coroutine that will run the task's body.
func (cs *coroutines) take(t *Task) *coroutine {
	if n := len(*cs); n > 0 {
		c := (*cs)[n-1]
		*cs = (*cs)[:n-1]
		c.task = t
		return c
	}
	c := &coroutine{task: t}
	c.next, c.stop = iter.Pull(c.run)
	return c
}

// put takes back a coroutine whose task has ended.
func (cs *coroutines) put(c *coroutine) {
	c.task = nil
	if len(*cs) < maxIdle {
		*cs = append(*cs, c)
	} else {
		c.stop()
	}
}

func (cs *coroutines) stopAll() {
	for _, c := range *cs {
		c.stop()
	}
	*cs = nil
}

func (c *coroutine) run(yield func(struct{}) bool) {
	c.yield, c.goroutine = yield, goroutine()
	for c.task.run(); yield(struct{}{}); c.task.run() {
	}
}

// run is the bottom of the task's own stack, as the watchdog knows it.
func (t *Task) run() {
	defer func() {
		if value := recover(); value != nil {
			t.err = &PanicError{Value: value, Stack: debug.Stack()} // the stack of the panic is still there
		}
		t.returned = true
	}()
	t.err = t.body(t)
}
