package scheduler_test

import (
	"fmt"
	"slices"

	"ptvd/internal/scheduler"
)

// The model is the scheduler in its simplest form: one list of entries, of which the
// one with the least due time is next, then the first that was added; each primitive
// is a list of tasks.

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
