package scheduler

import (
	"cmp"
	"math/rand/v2"
	"runtime"
	"time"
)

// Options are a loop's settings; the zero value is a loop on the system's clock.
type Options struct {
	// Clock is the loop's clock; nil means [NewSystemClock]. Run closes it.
	Clock Clock

	// Seed, when not zero, shuffles the order of entries that are due at the
	// same instant, to find code that depends on it.
	Seed uint64

	// Grace is how long the tasks that outlive the main task may take to clean
	// up after they were cancelled. Zero means a second.
	Grace time.Duration

	// BlockedAfter is how long one step may block the loop before OnBlocked is
	// called, while the step still runs. Zero means 50 ms.
	BlockedAfter time.Duration

	// OnBlocked is called while a step blocks the loop, on a goroutine of its
	// own. Nil: there is no watchdog. It needs a clock of real time.
	OnBlocked func(Blocked)

	// OnUnblocked is called on the loop after each step that has blocked it for
	// BlockedAfter or longer: For is the whole time, and there is no stack.
	OnUnblocked func(Blocked)

	// OnResume is called on the loop when the machine has resumed after it was
	// suspended. What was due meanwhile is due then, and what was received before
	// is older by that time. It needs a clock that knows.
	OnResume func(suspended time.Duration)

	// OnMisuse is called on the loop when a task or a primitive was used from a
	// goroutine other than the loop's, which is then done on the loop, or when an
	// owner has too many functions in Await: once for each owner and kind. Nil:
	// the call from another goroutine is a panic. It is detected if a task waits
	// for it, or it names a task.
	OnMisuse func(*Task, error)

	// OnError is called on the loop with the error or panic of a task that no
	// other task has joined when those that were ready at its end have run.
	OnError func(*Task, error)
}

// maxUrgentSteps is how many urgent steps may run while an ordinary one is due.
// It is more than a burst of edges needs, and still a bound.
const maxUrgentSteps = 64

// Loop runs tasks, one at a time. Make one with [New]; all its methods except
// [Loop.Post] and [Loop.Now] may only be called on the goroutine that calls Run.
type Loop struct {
	options     Options
	clock       Clock
	shared      sharedClock // the clock, if another goroutine may run the loop; else nil
	time        accounting
	urgent      timerQueue
	normal      timerQueue
	urgentSteps int // since the last ordinary one
	seq         uint64
	shuffle     *rand.Rand
	tasks       taskList
	live        int          // tasks in the list
	root        coroutine    // the goroutine that calls Run
	idle        []*coroutine // without a task
	exited      *coroutine   // whose task has called runtime.Goexit
	main        *Task
	goroutine   uintptr // Run's, or the one that has taken over; 0 while the loop does not run
	takenOver   bool
	gone        bool        // a goroutine that had taken over has ended in it
	done        func() bool // Run's
	current     *Task       // nil between steps
	ended       bool        // the remaining tasks are being unwound
	posts       posts
	postTask    Task            // that posts and their time are accounted to
	workers     map[string]*int // awaited work that has not returned, by owner
	misused     map[statsKey]bool
}

// New returns a loop that is not running yet.
func New(o Options) *Loop {
	if o.Clock == nil {
		o.Clock = NewSystemClock()
	}
	if o.Grace == 0 {
		o.Grace = time.Second
	}
	if o.BlockedAfter == 0 {
		o.BlockedAfter = 50 * time.Millisecond
	}
	if o.OnUnblocked == nil {
		o.OnUnblocked = func(Blocked) {}
	}
	if o.OnResume == nil {
		o.OnResume = func(time.Duration) {}
	}
	if o.OnError == nil {
		o.OnError = func(*Task, error) {}
	}
	l := &Loop{
		options: o, clock: o.Clock, time: newAccounting(o), tasks: taskList{links: loopLinks},
		workers: map[string]*int{}, misused: map[statsKey]bool{},
	}
	l.shared, _ = l.clock.(sharedClock)
	l.posts.wake = l.clock.Wake
	l.postTask = Task{loop: l, name: "post", stats: l.time.stats("", "post")}
	if o.Seed != 0 {
		l.shuffle = rand.New(rand.NewPCG(o.Seed, 0))
	}
	return l
}

// Run calls main as the first task and runs the loop until it returns; then it
// cancels the tasks that are left, gives them their grace period, and returns
// main's error. It does not end because every task waits for an event from
// outside. A loop runs once; a second Run is a panic. The calling goroutine must not be
// locked to its thread, since others may run the loop while it waits.
func (l *Loop) Run(main Func) error {
	if l.main != nil {
		panic("scheduler: Run was called twice; a loop runs once, so make a new one")
	}
	l.goroutine = goroutine()
	l.time.watchdog = newWatchdog(l)
	defer l.close()
	l.main = l.Go("main", main)
	if err := l.runUntil(func() bool { return l.main.finished }); err != nil {
		return err
	}
	for t := range l.tasks.all() {
		t.Cancel()
	}
	end := l.time.now.Add(l.options.Grace)
	grace := l.Go("grace", func(t *Task) error { return t.SleepUntil(end) })
	err := l.runUntil(func() bool { return grace.finished || l.live == 1 })
	return cmp.Or(l.main.err, err)
}

// runUntil is the loop: run what is due, and wait.
func (l *Loop) runUntil(done func() bool) error {
	l.done = done
	l.time.resume(l.clock.Now())
	for l.runDue(done) {
		if err := l.wait(); err != nil {
			return err
		}
		if l.gone {
			runtime.Goexit()
		}
	}
	if l.exited != nil {
		l.sendHome(l.exited)
		l.exited.stop()
	}
	return nil
}

// runDue runs the posts, picks a task, steps it, settles what the step has left, and so
// on. It returns true when nothing is due, and false when it is done or a task has called
// runtime.Goexit. Of many light steps only some return to it; the others continue the next
// task themselves, see Task.suspend. (The step is not in a function of its own: after a
// coroutine switch the processor mispredicts every return.)
func (l *Loop) runDue(done func() bool) (idle bool) {
	for !done() && l.exited == nil {
		if l.posts.any() {
			l.runPosts()
		}
		t := l.pick()
		if t == nil {
			return true
		}
		if l.begin(t) {
			l.root.continueWith(t.coroutine)
		}
		l.settle(l.current)
	}
	return false
}

// pick returns the first task that is due: an urgent one, unless ordinary ones
// have waited through too many of those.
func (l *Loop) pick() *Task {
	for {
		entry := l.nextDue()
		if entry == nil {
			return nil
		}
		switch t := entry.task; {
		case entry.scope != nil:
			t.interrupt(entry.scope)
		case t.finished:
			l.options.OnError(t, t.err)
		default:
			return t
		}
	}
}

func (l *Loop) nextDue() *timer {
	if l.urgent.isEmpty() {
		return l.normal.next(l.time.now)
	}
	first, second := &l.urgent, &l.normal
	if l.urgentSteps >= maxUrgentSteps {
		first, second = second, first
	}
	if entry := first.next(l.time.now); entry != nil {
		return entry
	}
	return second.next(l.time.now)
}

// begin begins a step, which ends when the task awaits something or returns. False: the
// task was cancelled before its first step, and so has none.
func (l *Loop) begin(t *Task) bool {
	if t.urgent {
		l.urgentSteps++
	} else {
		l.urgentSteps = 0
	}
	t.isReady, t.state = false, running
	l.current = t
	l.time.begin(t)
	return t.coroutine != nil || t.start()
}

// successor returns the task whose step follows that of the current one, if it is
// certain that nothing else is to be done in between: no post is to be run, no clock
// to be read, no callback to be called. Else it returns nil.
func (l *Loop) successor() *Task {
	if l.posts.any() || !l.time.defers(l.readyTasks()) || !l.urgent.isEmpty() || l.normal.deadline() <= l.time.now {
		return nil
	}
	if next := l.normal.ready.front().task; next.coroutine != nil {
		return next
	}
	return nil
}

// settle accounts a step and handles what it has left: a task that has ended, or one
// that yielded and is ready again. It is made ready only now, so that a sleeper that
// came due in this step is before it.
func (l *Loop) settle(t *Task) {
	l.current = nil
	l.time.end(l.readyTasks())
	if t.state == ready {
		t.makeReady()
	} else if t.returned {
		t.finish()
	}
}

// wait parks the loop until the next deadline or a post.
func (l *Loop) wait() error {
	if !l.posts.beginWait() {
		return nil // there was a post just now
	}
	until := l.deadline()
	l.time.pause(until)
	now, err := l.clock.Wait(until)
	l.endWait(now)
	return err
}

func (l *Loop) endWait(now Instant) {
	l.posts.endWait()
	l.time.resume(now)
	if d := l.clock.Suspended(); d > 0 {
		l.time.resumedAt = l.time.now
		l.posts.add(func() { l.options.OnResume(d) })
	}
}

// deadline returns when the first sleeper or time-out is due.
func (l *Loop) deadline() Instant { return min(l.urgent.deadline(), l.normal.deadline()) }

func (l *Loop) readyTasks() int { return l.urgent.ready.count + l.normal.ready.count }

// Now returns the loop's time. Any goroutine may call it.
func (l *Loop) Now() Instant { return l.clock.Now() }

// FromKernel returns the instant of a timestamp of the kernel, which CLOCK_MONOTONIC
// tells on Linux. Any goroutine may call it.
func (l *Loop) FromKernel(timestamp Instant) Instant {
	if l.shared != nil {
		return l.shared.FromKernel(timestamp)
	}
	return timestamp
}

// nextSeq returns what orders entries that are due at the same instant.
func (l *Loop) nextSeq() uint64 {
	if l.shuffle != nil {
		return l.shuffle.Uint64() >> 1
	}
	l.seq++
	return l.seq
}

// lastSeq returns what puts an entry behind those, in the order of the calls.
func (l *Loop) lastSeq() uint64 {
	l.seq++
	return 1<<63 | l.seq
}
