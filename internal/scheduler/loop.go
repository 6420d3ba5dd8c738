package scheduler

import (
	"cmp"
	"math/rand/v2"
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

	// OnError is called on the loop with the error or panic of a task that no
	// other task waited for.
	OnError func(*Task, error)
}

// maxUrgentSteps is how many urgent steps may run while an ordinary one is due.
// It is more than a burst of edges needs, and still a bound.
const maxUrgentSteps = 64

// maxPostRounds is how often posts are run between two steps. A post may post in
// its turn, as an edge sets a flag, and should not wait for a step then; but a
// post that always posts another one must not starve the tasks.
const maxPostRounds = 4

// Loop runs tasks, one at a time. Make one with [New]; all its methods except
// [Loop.Post] and [Loop.Now] may only be called on the goroutine that calls Run.
type Loop struct {
	options     Options
	clock       Clock
	scaled      scaledClock // the clock, if it runs faster than the machine's; else nil
	now         Instant     // when the clock was last read
	urgent      timerQueue
	normal      timerQueue
	urgentSteps int // since the last ordinary one
	seq         uint64
	shuffle     *rand.Rand
	tasks       taskList
	main        *Task
	current     *Task // nil between steps
	onBehalf    *Task // that a part of the step is accounted to; nil: the current one
	ended       bool  // the remaining tasks are being unwound
	posts       posts
	postTask    Task // that posts and their time are accounted to
	meter       meter
	watchdog    *watchdog
	workers     int // awaited work that has not returned
	wakeups     uint64
	stats       map[statsKey]*stats
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
	if o.OnError == nil {
		o.OnError = func(*Task, error) {}
	}
	l := &Loop{options: o, clock: o.Clock, stats: map[statsKey]*stats{}}
	l.posts.wake = l.clock.Wake
	l.postTask = Task{loop: l, name: "post"}
	l.postTask.stats = l.statsOf("", "post")
	l.scaled, _ = l.clock.(scaledClock)
	l.now = l.clock.Now()
	if o.Seed != 0 {
		l.shuffle = rand.New(rand.NewPCG(o.Seed, 0))
	}
	return l
}

// Run calls main as the first task and runs the loop until it returns; then it
// cancels the tasks that are left, gives them their grace period, and returns
// main's error. It does not end because every task waits for an event from
// outside. A loop runs once.
func (l *Loop) Run(main Func) error {
	l.watchdog = newWatchdog(l)
	defer l.close()
	l.main = l.Go("main", main)
	if err := l.runUntil(func() bool { return l.main.finished }); err != nil {
		return err
	}
	l.tasks.cancelAll()
	end := l.now.Add(l.options.Grace)
	grace := l.Go("grace", func(t *Task) error { return t.SleepUntil(end) })
	err := l.runUntil(func() bool { return grace.finished || l.tasks.count == 1 })
	return cmp.Or(l.main.err, err)
}

// runUntil is the loop: run what was posted, step the first task that is due, and
// if there is none, wait.
func (l *Loop) runUntil(done func() bool) error {
	l.resume()
	for !done() {
		for round := 0; round < maxPostRounds && l.posts.pending.Load(); round++ {
			l.runPosts()
		}
		t := l.pick()
		if t == nil {
			if err := l.wait(); err != nil {
				return err
			}
			continue
		}
		alive := l.beginStep(t)
		if alive {
			_, alive = t.pull()
		}
		l.endStep(t)
		switch {
		case !alive:
			t.settle()
		case t.yielded:
			t.makeReady() // only now, so that a sleeper that came due in this step is before it
		}
	}
	return nil
}

// pick returns the first task that is due: an urgent one, unless ordinary ones
// have waited through too many of those.
func (l *Loop) pick() *Task {
	for {
		entry := l.nextDue()
		if entry == nil {
			return nil
		}
		if entry.scope == nil {
			return entry.task
		}
		entry.task.interrupt(entry.scope)
	}
}

func (l *Loop) nextDue() *timer {
	if l.urgent.isEmpty() {
		return l.normal.next(l.now)
	}
	first, second := &l.urgent, &l.normal
	if l.urgentSteps >= maxUrgentSteps {
		first, second = second, first
	}
	if entry := first.next(l.now); entry != nil {
		return entry
	}
	return second.next(l.now)
}

// beginStep prepares a step of a task. False: the task was cancelled before its
// first step, and so has none.
func (l *Loop) beginStep(t *Task) bool {
	if t.urgent {
		l.urgentSteps++
	} else {
		l.urgentSteps = 0
	}
	if t.slept {
		t.stats.late.add(l.elapsed(t.timer.due, l.now))
	}
	t.isReady, t.state = false, running
	l.current = t
	l.watchdog.begin(t)
	return t.pull != nil || t.start()
}

// endStep accounts the time of a step that has ended just now.
func (l *Loop) endStep(t *Task) {
	l.current = nil
	l.meter.add(t.stats)
	if !l.meter.mayDefer(l.readyTasks()) {
		l.readClock()
		l.charge()
	}
}

// charge accounts the time until the clock was last read.
func (l *Loop) charge() {
	passed := l.elapsed(l.meter.since, l.now)
	if passed >= l.options.BlockedAfter {
		l.reportUnblocked(passed)
	}
	l.meter.charge(passed, l.now)
}

// reportUnblocked reports a step that has blocked the loop. Of several that were
// timed together the watchdog knows which one it was.
func (l *Loop) reportUnblocked(passed time.Duration) {
	switch l.meter.count {
	case 0: // no step did: the loop itself was late
	case 1:
		s := l.meter.steps[0]
		l.options.OnUnblocked(Blocked{Owner: s.Owner, Name: s.Name, For: passed})
	default:
		if t := l.watchdog.reportedSince(l.meter.since); t != nil {
			l.options.OnUnblocked(Blocked{Owner: t.owner, Name: t.name, For: passed})
		}
	}
}

// wait parks the loop until the next deadline or a post.
func (l *Loop) wait() error {
	if !l.posts.beginWait() {
		return nil // there was a post just now
	}
	l.watchdog.disarm()
	err := l.clock.Wait(l.deadline())
	l.posts.endWait()
	l.resume()
	l.wakeups++
	return err
}

// resume starts the meter and the watchdog after a wait.
func (l *Loop) resume() {
	l.readClock()
	l.meter.since = l.now
	l.watchdog.arm(l.now)
}

// deadline returns when the first sleeper or time-out is due.
func (l *Loop) deadline() Instant { return min(l.urgent.deadline(), l.normal.deadline()) }

func (l *Loop) readyTasks() int { return l.urgent.ready.count + l.normal.ready.count }

func (l *Loop) readClock() {
	l.now = l.clock.Now()
	l.watchdog.clockRead(l.now)
}

// close unwinds the tasks that ignored their cancellation, and ends the watchdog.
// What was posted before is still called, since it may own something to close.
func (l *Loop) close() {
	l.tearDown()
	l.posts.close()
	l.runPosts()
	l.watchdog.close()
	l.clock.Close()
}

// tearDown unwinds the remaining tasks: their deferred calls run, and an await in
// a deferred call ends that call, too.
func (l *Loop) tearDown() {
	l.ended = true
	for t := l.tasks.first; t != nil; t = l.tasks.first {
		if t.stop != nil {
			l.current = t
			unwind(t.stop)
		}
		l.tasks.remove(t)
		t.finished = true
	}
}

// unwind calls a coroutine's stop on a goroutine that the resulting Goexit may
// end.
func unwind(stop func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		stop()
	}()
	<-done
}

// Now returns the loop's time. Any goroutine may call it.
func (l *Loop) Now() Instant { return l.clock.Now() }

// nextSeq returns what orders entries that are due at the same instant.
func (l *Loop) nextSeq() uint64 {
	if l.shuffle != nil {
		return l.shuffle.Uint64()
	}
	l.seq++
	return l.seq
}
