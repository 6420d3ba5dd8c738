package scheduler_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ptvd/internal/scheduler"
)

// The model is the scheduler in its simplest form: one list of entries, of which the
// one with the least due time is next, then the first that was added; each primitive
// is a list of tasks. Random programs must have the same trace in both.

type op struct {
	kind string
	n    int // milliseconds, or which task to cancel
}

func (o op) String() string { return fmt.Sprintf("%s %d", o.kind, o.n) }

var kinds = []string{
	"sleep", "yield", "set", "clear", "wait", "wait up to", "lock", "unlock",
	"put", "get", "acquire", "release", "cancel",
}

const (
	queueSize = 2
	permits   = 1
	horizon   = 200 // milliseconds, after which both stop
)

func TestRandomProgramsBehaveAsTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		someOp := rapid.Custom(func(t *rapid.T) op {
			return op{rapid.SampledFrom(kinds).Draw(t, "kind"), rapid.IntRange(0, 4).Draw(t, "n")}
		})
		programs := rapid.SliceOfN(rapid.SliceOfN(someOp, 1, 12), 1, 5).Draw(t, "programs")
		want := newModel(programs).run()
		got := runPrograms(programs)
		if !slices.Equal(got, want) {
			t.Fatalf("got:\n%v\nwant:\n%v", got, want)
		}
	})
}

func runPrograms(programs [][]op) (trace []string) {
	var (
		event scheduler.Event
		lock  scheduler.Lock
		queue = scheduler.NewQueue[string](queueSize)
		sem   = scheduler.NewSemaphore(permits)
		tasks []*scheduler.Task
	)
	body := func(me int, program []op) scheduler.Func {
		return func(t *scheduler.Task) error {
			holding := false
			for pc, o := range program {
				var err error
				value := ""
				switch o.kind {
				case "sleep":
					err = t.Sleep(time.Duration(o.n) * ms)
				case "yield":
					err = t.Yield()
				case "set":
					event.Set()
				case "clear":
					event.Clear()
				case "wait":
					err = event.Wait(t)
				case "wait up to":
					err = t.Timeout(time.Duration(o.n)*ms, func() error { return event.Wait(t) })
				case "lock":
					if !holding {
						err = lock.Lock(t)
						holding = err == nil
					}
				case "unlock":
					if holding {
						lock.Unlock(t)
						holding = false
					}
				case "put":
					err = queue.Put(t, fmt.Sprint(me, ".", pc))
				case "get":
					value, err = queue.Get(t)
				case "acquire":
					err = sem.Acquire(t)
				case "release":
					sem.Release()
				case "cancel":
					if other := o.n; other != me && other < len(tasks) {
						value = fmt.Sprint(tasks[other].Cancel())
					}
				}
				trace = append(trace, entry(me, pc, o, int(at(t)), err, value))
			}
			return nil
		}
	}
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	loop.Run(func(t *scheduler.Task) error {
		for i, program := range programs {
			tasks = append(tasks, t.Go("program", body(i, program)))
		}
		return t.Sleep(horizon * ms)
	})
	// Entries after the end of the main task are not compared.
	return slices.DeleteFunc(trace, func(e string) bool { return e >= fmt.Sprintf("%04d", horizon) })
}

func entry(me, pc int, o op, now int, err error, value string) string {
	return fmt.Sprintf("%04d: %d.%d %v: %v %s\n", now, me, pc, o, err, value)
}

// due is an entry of the model's one list: a task that is to run, or (deadline) the
// end of its time-out.
type due struct {
	at, seq  int
	actor    *actor
	deadline bool
}

type actor struct {
	id       int
	program  []op
	pc       int
	begun    bool // the current op was started; it waits
	value    string
	holding  bool
	finished bool
	started  bool

	waitsIn   *[]*actor
	ready     bool
	granted   bool
	cancelled bool
	expired   bool
	deadline  *due
}

type model struct {
	now, seq int
	entries  []*due
	actors   []*actor
	trace    []string

	set                                     bool
	holder                                  *actor
	values                                  []string
	free                                    int
	events, lockers, getters, putters, asks []*actor
	wokenGetters, wokenPutters              int
}

func newModel(programs [][]op) *model {
	m := &model{free: permits}
	for i, p := range programs {
		a := &actor{id: i, program: p}
		m.actors = append(m.actors, a)
		m.wake(a)
	}
	return m
}

func (m *model) add(at int, a *actor, deadline bool) *due {
	m.seq++
	d := &due{at, m.seq, a, deadline}
	m.entries = append(m.entries, d)
	return d
}

func (m *model) run() []string {
	for {
		slices.SortFunc(m.entries, func(a, b *due) int {
			if a.at != b.at {
				return a.at - b.at
			}
			return a.seq - b.seq
		})
		if len(m.entries) == 0 || m.entries[0].at >= horizon {
			return m.trace
		}
		next := m.entries[0]
		m.entries = m.entries[1:]
		m.now = max(m.now, next.at)
		if next.deadline {
			next.actor.deadline, next.actor.expired = nil, true
			m.wake(next.actor)
			continue
		}
		m.step(next.actor)
	}
}

func (m *model) wake(a *actor) {
	if a.ready || a.finished {
		return
	}
	a.ready = true
	if a.waitsIn != nil {
		*a.waitsIn = slices.DeleteFunc(*a.waitsIn, func(b *actor) bool { return a == b })
	}
	m.entries = slices.DeleteFunc(m.entries, func(d *due) bool { return d.actor == a && !d.deadline })
	m.add(m.now, a, false)
}

func (m *model) wakeFirst(list *[]*actor) *actor {
	if len(*list) == 0 {
		return nil
	}
	a := (*list)[0]
	a.granted = true
	m.wake(a)
	return a
}

func (m *model) wakeQueue() {
	if len(m.values) > m.wokenGetters && m.wakeFirst(&m.getters) != nil {
		m.wokenGetters++
	}
	if queueSize-len(m.values) > m.wokenPutters && m.wakeFirst(&m.putters) != nil {
		m.wokenPutters++
	}
}

// step runs an actor until one of its ops waits.
func (m *model) step(a *actor) {
	a.ready, a.waitsIn = false, nil
	if !a.started && a.cancelled {
		a.finished = true // before its first run
		return
	}
	a.started = true
	for a.pc < len(a.program) {
		o := a.program[a.pc]
		var err error
		if a.begun {
			if a.cancelled || a.expired {
				err = scheduler.ErrCancelled
			}
			m.afterWait(a, o, err)
			if a.expired && !a.cancelled {
				err = scheduler.ErrTimeout
			}
			a.cancelled, a.expired = false, false
		} else if m.begin(a, o) {
			a.begun = true
			return
		}
		if a.deadline != nil {
			m.entries = slices.DeleteFunc(m.entries, func(d *due) bool { return d == a.deadline })
			a.deadline = nil
		}
		m.trace = append(m.trace, entry(a.id, a.pc, o, m.now, err, a.value))
		a.begun, a.granted, a.value = false, false, ""
		a.pc++
	}
	a.finished = true
}

// begin starts an op and tells whether it waits.
func (m *model) begin(a *actor, o op) (waits bool) {
	park := func(list *[]*actor) bool {
		*list = append(*list, a)
		a.waitsIn = list
		return true
	}
	switch o.kind {
	case "sleep":
		if o.n == 0 {
			m.wake(a)
		} else {
			m.add(m.now+o.n, a, false)
		}
		return true
	case "yield":
		m.wake(a)
		return true
	case "set":
		m.set = true
		for m.wakeFirst(&m.events) != nil {
		}
	case "clear":
		m.set = false
	case "wait up to":
		if !m.set {
			a.deadline = m.add(m.now+o.n, a, true)
			return park(&m.events)
		}
	case "wait":
		if !m.set {
			return park(&m.events)
		}
	case "lock":
		if m.holder == nil {
			m.holder, a.holding = a, true
		} else if !a.holding {
			return park(&m.lockers)
		}
	case "unlock":
		if a.holding {
			a.holding, m.holder = false, m.wakeFirst(&m.lockers)
		}
	case "put":
		if len(m.values) == queueSize || len(m.putters) > 0 || m.wokenPutters > 0 {
			return park(&m.putters)
		}
		m.put(a)
	case "get":
		if len(m.values) == 0 || len(m.getters) > 0 || m.wokenGetters > 0 {
			return park(&m.getters)
		}
		m.get(a)
	case "acquire":
		if m.free == 0 {
			return park(&m.asks)
		}
		m.free--
	case "release":
		m.release()
	case "cancel":
		if other := o.n; other != a.id && other < len(m.actors) {
			victim := m.actors[other]
			a.value = fmt.Sprint(!victim.finished)
			if !victim.finished {
				victim.cancelled = true
				m.wake(victim)
			}
		}
	}
	return false
}

// afterWait completes an op that has waited, or passes on what came together with
// an interruption.
func (m *model) afterWait(a *actor, o op, err error) {
	switch o.kind {
	case "lock":
		if err == nil {
			a.holding = true
		} else if a.granted {
			m.holder = m.wakeFirst(&m.lockers)
		}
	case "put", "get":
		if a.granted && o.kind == "put" {
			m.wokenPutters--
		} else if a.granted {
			m.wokenGetters--
		}
		switch {
		case err != nil:
			m.wakeQueue()
		case o.kind == "put":
			m.put(a)
		default:
			m.get(a)
		}
	case "acquire":
		if err != nil && a.granted {
			m.release()
		}
	}
}

func (m *model) put(a *actor) {
	m.values = append(m.values, fmt.Sprint(a.id, ".", a.pc))
	m.wakeQueue()
}

func (m *model) get(a *actor) {
	a.value = m.values[0]
	m.values = m.values[1:]
	m.wakeQueue()
}

func (m *model) release() {
	if m.wakeFirst(&m.asks) == nil {
		m.free++
	}
}
