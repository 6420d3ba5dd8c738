package scheduler_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"ptvd/internal/scheduler"
)

// cancelModel states the rule of cancellation over a list of open scopes of each task. It
// has one list of entries, sorted by due time and then by age.
type cancelModel struct {
	time    int // in nanoseconds, as the main task cancels one after a millisecond
	age     int
	entries []*modelEntry
}

type modelEntry struct {
	due, age int
	run      func()
}

// modelTask is a coroutine with the list of its open scopes, the outermost first.
type modelTask struct {
	m        *cancelModel
	next     func() (struct{}, bool)
	yield    func(struct{}) bool
	scopes   []*modelScope
	wait     *modelEntry   // in the list, or
	waitsIn  *[]*modelTask // in another one
	joiners  []*modelTask
	finished bool
	err      error
	onEnd    func()
	taken    int // the index of the scope whose interruption was delivered last
}

type modelScope struct {
	requested bool // an interruption
	taken     bool
	outer     int // the index of the outermost scope that was interrupted meanwhile, or noScope
}

const noScope = 1 << 30

func runModel(p *program, stmts []stmt, cancels []int) {
	m := &cancelModel{}
	root := m.start(func(t *modelTask) error {
		err := p.run(t, "root", "root", stmts, nil, 0)
		p.note(t, "root", "ended", err)
		return err
	})
	next := 0
	for _, at := range cancels {
		next = max(next+1, at*int(ms)+1)
		m.add(next, func() { root.cancel() })
	}
	for len(m.entries) > 0 && !root.finished {
		slices.SortFunc(m.entries, func(a, b *modelEntry) int {
			if a.due != b.due {
				return a.due - b.due
			}
			return a.age - b.age
		})
		entry := m.entries[0]
		m.entries = m.entries[1:]
		m.time = max(m.time, entry.due)
		entry.run()
	}
}

func (m *cancelModel) add(due int, run func()) *modelEntry {
	m.age++
	e := &modelEntry{due, m.age, run}
	m.entries = append(m.entries, e)
	return e
}

func (m *cancelModel) remove(e *modelEntry) {
	m.entries = slices.DeleteFunc(m.entries, func(o *modelEntry) bool { return o == e })
}

func (m *cancelModel) start(body func(*modelTask) error) *modelTask {
	t := &modelTask{m: m, scopes: []*modelScope{{outer: noScope}}, onEnd: func() {}}
	t.next, _ = iter.Pull(func(yield func(struct{}) bool) {
		t.yield = yield
		if t.err = t.deliver(); t.err == nil {
			t.err = body(t)
		}
	})
	t.wake()
	return t
}

func (t *modelTask) isReady() bool { return t.wait != nil && t.wait.due == -1 }

// wake makes a task ready that waits.
func (t *modelTask) wake() {
	if t.finished || t.isReady() {
		return
	}
	if t.waitsIn != nil {
		*t.waitsIn = slices.DeleteFunc(*t.waitsIn, func(o *modelTask) bool { return o == t })
		t.waitsIn = nil
	}
	if t.wait != nil {
		t.m.remove(t.wait)
	}
	e := t.m.add(t.m.time, nil)
	t.wait = &modelEntry{due: -1}
	e.run = t.step
}

func (t *modelTask) step() {
	t.wait = nil
	if _, alive := t.next(); alive {
		return
	}
	t.finished = true
	for len(t.joiners) > 0 {
		t.joiners[0].wake()
	}
	t.onEnd()
}

func (t *modelTask) cancel() {
	if !t.finished {
		t.scopes[0].requested = true
		t.wake()
	}
}

// deliver is the rule: of the interruptions that are requested that of the outermost
// scope is delivered, and the scopes inside it are told.
func (t *modelTask) deliver() error {
	for i, s := range t.scopes {
		if !s.requested {
			continue
		}
		s.taken, t.taken = true, i
		for _, inner := range t.scopes[i:] {
			inner.requested = false
			if inner != s {
				inner.outer = min(inner.outer, i)
			}
		}
		return scheduler.ErrCancelled
	}
	return nil
}

func (t *modelTask) await(park func()) error {
	if err := t.deliver(); err != nil {
		return err
	}
	park()
	t.yield(struct{}{})
	return t.deliver()
}

func (t *modelTask) parkIn(list *[]*modelTask) error {
	return t.await(func() {
		*list = append(*list, t)
		t.waitsIn = list
	})
}

func (t *modelTask) within(work func() error) (*modelScope, error) {
	s := &modelScope{outer: noScope}
	t.scopes = append(t.scopes, s)
	err := work()
	t.scopes = t.scopes[:len(t.scopes)-1]
	return s, err
}

func (t *modelTask) now() int { return t.m.time / int(ms) }

func (t *modelTask) sleep(n int) error { return t.sleepUntil(t.m.time + n*int(ms)) }

func (t *modelTask) sleepUntil(due int) error {
	return t.await(func() { t.wait = t.m.add(due, t.step) })
}

func (t *modelTask) timeout(n int, work func() error) error {
	if err := t.deliver(); err != nil {
		return err
	}
	var scope *modelScope
	deadline := t.m.add(t.m.time+n*int(ms), nil)
	s, err := t.within(func() error {
		scope = t.scopes[len(t.scopes)-1]
		deadline.run = func() { scope.requested = true; t.wake() }
		return work()
	})
	t.m.remove(deadline)
	if s.taken && s.outer == noScope && !isFailure(err) {
		return scheduler.ErrTimeout
	}
	return err
}

func (t *modelTask) every(n int, iteration func(int) bool) {
	t.within(func() error {
		s := t.scopes[len(t.scopes)-1]
		period := n * int(ms)
		start := t.m.time
		for tick := 0; iteration(tick) && s.outer == noScope; {
			tick = max(tick+1, (t.m.time-start)/period)
			if t.sleepUntil(start+tick*period) != nil {
				break
			}
		}
		return nil //nolint:nilerr // the cancel of the sleep ends the range
	})
}

func (t *modelTask) group(children []func(awaiter) error, body func(func(int) error) error) error {
	var (
		all, live []*modelTask
		empty     []*modelTask
		failure   error
		scope     *modelScope
		inBody    = true
	)
	end := func() {
		for _, child := range live {
			child.cancel()
		}
	}
	s, err := t.within(func() error {
		scope = t.scopes[len(t.scopes)-1]
		for _, run := range children {
			child := t.m.start(func(c *modelTask) error { return run(c) })
			child.onEnd = func() {
				live = slices.DeleteFunc(live, func(o *modelTask) bool { return o == child })
				if len(live) == 0 && len(empty) > 0 {
					empty[0].wake()
				}
				if isFailure(child.err) && failure == nil {
					failure = child.err
					end()
					if inBody {
						scope.requested = true
						t.wake()
					}
				}
			}
			all, live = append(all, child), append(live, child)
		}
		return body(func(i int) error {
			err := t.deliver()
			if err == nil && !all[i].finished {
				err = t.parkIn(&all[i].joiners)
			}
			switch {
			case err != nil:
				return err
			case all[i].err != nil && !isFailure(all[i].err):
				return fmt.Errorf("%w: %d", scheduler.ErrTaskCancelled, i)
			default:
				return all[i].err
			}
		})
	})
	inBody = false
	if s.taken && s.outer == noScope && !isFailure(err) {
		err = nil
	}
	told := noScope
	if err != nil {
		if !isFailure(err) {
			told = s.outer
		}
		end()
	}
	for len(live) > 0 {
		if interrupted := t.parkIn(&empty); interrupted != nil {
			told = min(told, t.taken)
			if !isFailure(err) {
				err = interrupted
			}
			end()
		}
	}
	if failure != nil && isFailure(err) {
		err = errors.Join(err, failure)
	} else if failure != nil {
		err = failure
	}
	if told != noScope && isFailure(err) {
		t.scopes[told].requested = true // again
	}
	return err
}

func isFailure(err error) bool { return err != nil && !errors.Is(err, scheduler.ErrCancelled) }
