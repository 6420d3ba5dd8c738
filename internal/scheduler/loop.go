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
	// same instant, to find code that leans on it.
	Seed uint64

	// Grace is how long the tasks that outlive the main task may take to tidy
	// up after they were cancelled. Zero means a second.
	Grace time.Duration

	// HogAfter is how long one step may hold the loop before OnHog is told
	// of it, while it still runs. Zero means 50 ms.
	HogAfter time.Duration

	// OnHog hears of a step that holds the loop, on a goroutine of its own.
	// Nil: nobody watches. It needs a clock of real time.
	OnHog func(Hog)

	// OnHeld hears, on the loop, of each step that has held it for HogAfter or
	// longer and is over: For is all of it, and there is no stack.
	OnHeld func(Hog)

	// OnError hears of an error or panic that ended a task which nobody
	// waited for. It runs on the loop.
	OnError func(*Task, error)
}

// urgentInARow is how many urgent steps may run while an ordinary one is due.
// More than a burst of edges needs, and still a bound: nobody is starved.
const urgentInARow = 64

// postRounds is how often posts are taken in between two steps. A post may post
// in its turn, as an edge sets a flag, and should not wait for a step then; but
// posts that go on and on must not starve the tasks.
const postRounds = 4

// Loop runs tasks, one at a time. Make one with [New]; all its methods but
// [Loop.Post] and [Loop.Now] belong to the goroutine that calls Run.
type Loop struct {
	options Options
	clock   Clock
	pace    paced   // the clock, where its time is not the machine's; else nil
	now     Instant // when the clock was last read
	urgent  dueQueue
	normal  dueQueue
	inARow  int // urgent steps since the last ordinary one
	seq     uint64
	shuffle *rand.Rand
	tasks   tasks
	main    *Task
	running *Task // nil between steps
	guest   *Task // on whose account a part of the step is; nil: its own
	ended   bool  // what is left is being unwound
	posts   posts
	outside Task // what posts and their time are booked to
	meter   meter
	watch   *watchdog
	workers int // awaited work that has not come back
	wakeups uint64
	stats   map[statsKey]*stats
}

// New returns a loop that is not running yet.
func New(o Options) *Loop {
	if o.Clock == nil {
		o.Clock = NewSystemClock()
	}
	if o.Grace == 0 {
		o.Grace = time.Second
	}
	if o.HogAfter == 0 {
		o.HogAfter = 50 * time.Millisecond
	}
	if o.OnHeld == nil {
		o.OnHeld = func(Hog) {}
	}
	if o.OnError == nil {
		o.OnError = func(*Task, error) {}
	}
	l := &Loop{options: o, clock: o.Clock, stats: map[statsKey]*stats{}}
	l.posts.wake = l.clock.Wake
	l.outside = Task{loop: l, name: "post"}
	l.outside.stats = l.statsOf("", "post")
	l.pace, _ = l.clock.(paced)
	l.now = l.clock.Now()
	if o.Seed != 0 {
		l.shuffle = rand.New(rand.NewPCG(o.Seed, 0))
	}
	return l
}

// Run calls main as the first task and runs the loop until it returns; then it
// cancels the tasks that are left, gives them their grace, and returns main's
// error. It does not end because every task waits for something from outside.
// A loop runs once.
func (l *Loop) Run(main Func) error {
	l.watch = newWatchdog(l)
	defer l.close()
	l.main = l.Go("main", main)
	if err := l.runUntil(func() bool { return l.main.finished }); err != nil {
		return err
	}
	l.tasks.cancelAll()
	end := l.now.Add(l.options.Grace)
	bell := l.Go("grace", func(t *Task) error { return t.SleepUntil(end) })
	err := l.runUntil(func() bool { return bell.finished || l.tasks.count == 1 })
	return cmp.Or(l.main.err, err)
}

// runUntil is the loop: take what came from outside, step the first task that is
// due, and where none is, wait.
func (l *Loop) runUntil(done func() bool) error {
	l.begin()
	for !done() {
		for round := 0; round < postRounds && l.posts.pending.Load(); round++ {
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
			t.makeReady() // only now, so that a sleeper that came due meanwhile is before it
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
	if l.inARow >= urgentInARow {
		first, second = second, first
	}
	if entry := first.next(l.now); entry != nil {
		return entry
	}
	return second.next(l.now)
}

// beginStep prepares a task's turn. False: it was cancelled before it began, and
// so never does.
func (l *Loop) beginStep(t *Task) bool {
	if t.urgent {
		l.inARow++
	} else {
		l.inARow = 0
	}
	if t.slept {
		t.stats.late.add(l.took(t.timer.due, l.now))
	}
	t.ready, t.place = false, inRun
	l.running = t
	l.watch.begin(t)
	return t.pull != nil || t.start()
}

// endStep books the time of a step that has ended just now.
func (l *Loop) endStep(t *Task) {
	l.running = nil
	l.meter.add(t.stats)
	if !l.meter.mayWait(l.ready()) {
		l.look()
		l.book()
	}
}

// book books the time until the clock was last read.
func (l *Loop) book() {
	passed := l.took(l.meter.since, l.now)
	if passed >= l.options.HogAfter {
		l.held(passed)
	}
	l.meter.book(passed, l.now)
}

// held tells of a step that has held the loop. Of several that were timed together
// the watchdog has seen which one it was.
func (l *Loop) held(passed time.Duration) {
	switch l.meter.count {
	case 0: // nobody did: the loop was late itself
	case 1:
		s := l.meter.steps[0]
		l.options.OnHeld(Hog{Owner: s.Owner, Name: s.Name, For: passed})
	default:
		if t := l.watch.seen(l.meter.since); t != nil {
			l.options.OnHeld(Hog{Owner: t.owner, Name: t.name, For: passed})
		}
	}
}

// wait parks the loop until the next deadline or a post.
func (l *Loop) wait() error {
	if !l.posts.beginWait() {
		return nil // something was posted since we looked
	}
	l.watch.disarm()
	err := l.clock.Wait(l.deadline())
	l.posts.endWait()
	l.begin()
	l.wakeups++
	return err
}

// begin starts the meter and the watchdog after a rest.
func (l *Loop) begin() {
	l.look()
	l.meter.since = l.now
	l.watch.arm(l.now)
}

// deadline returns when the first sleeper or time-out is due.
func (l *Loop) deadline() Instant { return min(l.urgent.deadline(), l.normal.deadline()) }

// ready returns how many tasks are ready.
func (l *Loop) ready() int { return l.urgent.ready.count + l.normal.ready.count }

// look reads the clock.
func (l *Loop) look() {
	l.now = l.clock.Now()
	l.watch.look(l.now)
}

// close unwinds what ignores its cancellation, and ends the loop's own helpers.
// What was posted till then is still called, so that nothing is left open in it.
func (l *Loop) close() {
	l.tearDown()
	l.posts.close()
	l.runPosts()
	l.watch.close()
	l.clock.Close()
}

// Now returns the loop's time. Any goroutine may call it.
func (l *Loop) Now() Instant { return l.clock.Now() }

// tieBreak orders entries that are due at the same instant.
func (l *Loop) tieBreak() uint64 {
	if l.shuffle != nil {
		return l.shuffle.Uint64()
	}
	l.seq++
	return l.seq
}
