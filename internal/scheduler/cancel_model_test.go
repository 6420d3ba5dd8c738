package scheduler_test

import (
	"errors"
	"flag"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ptvd/internal/scheduler"
)

// The programs of this model are trees of groups, time-outs, joins and sleeps, which
// return, ignore or replace the errors that they get, and whose root is cancelled at
// random instants. The model states the rule of cancellation over a list of open
// scopes. Besides, no cancel may be lost: see program.sleep.

type stmt struct {
	kind     string
	n        int    // milliseconds, or which child to join
	onError  string // return, ignore or replace
	body     []stmt
	children [][]stmt
}

func drawStmts(t *rapid.T, depth int) []stmt {
	kinds := []string{"sleep", "sleep", "fail", "join"}
	if depth > 0 {
		kinds = append(kinds, "group", "group", "timeout", "every")
	}
	var stmts []stmt
	for range rapid.IntRange(0, 3).Draw(t, "statements") {
		s := stmt{
			kind:    rapid.SampledFrom(kinds).Draw(t, "kind"),
			n:       rapid.IntRange(1, 9).Draw(t, "n"),
			onError: rapid.SampledFrom([]string{"return", "return", "replace", "ignore"}).Draw(t, "onError"),
		}
		if s.kind == "group" {
			for range rapid.IntRange(0, 2).Draw(t, "children") {
				s.children = append(s.children, drawStmts(t, depth-1))
			}
		}
		if s.kind == "group" || s.kind == "timeout" || s.kind == "every" {
			s.body = drawStmts(t, depth-1)
		}
		stmts = append(stmts, s)
	}
	return stmts
}

// awaiter is a task, of the scheduler or of the model.
type awaiter interface {
	sleep(ms int) error
	timeout(ms int, work func() error) error
	every(ms int, iteration func(n int) (more bool))
	group(children []func(awaiter) error, body func(join func(child int) error) error) error
	now() int
}

// program runs statements and writes down what each returned, and when.
type program struct {
	trace []string
	lost  string
	tasks map[string]*progress
}

// progress is what a task of the program knows of its own cancellation.
type progress struct {
	cancelled, seen bool
}

func (p *program) run(a awaiter, task, path string, stmts []stmt, join func(int) error, children int) error {
	for i, s := range stmts {
		at := fmt.Sprintf("%s.%d", path, i)
		var err error
		switch s.kind {
		case "sleep":
			err = p.sleep(a, task, at, s.n)
		case "fail":
			err = errors.New("failure " + at)
		case "join":
			if children > 0 {
				err = join(s.n % children)
			}
		case "timeout":
			err = a.timeout(s.n, func() error { return p.run(a, task, at, s.body, nil, 0) })
		case "every":
			ended := true
			a.every(s.n, func(n int) bool {
				p.run(a, task, fmt.Sprint(at, "#", n), s.body, nil, 0)
				ended = n < 3
				return ended
			})
			if ended {
				err = scheduler.ErrCancelled // how the end of the range delivers it
			}
		case "group":
			var bodies []func(awaiter) error
			for c, child := range s.children {
				name := fmt.Sprint(at, "/", c)
				bodies = append(bodies, func(a awaiter) error {
					err := p.run(a, name, name, child, nil, 0)
					p.note(a, name, "ended", err)
					return err
				})
			}
			err = a.group(bodies, func(join func(int) error) error {
				return p.run(a, task, at, s.body, join, len(bodies))
			})
		}
		if errors.Is(err, scheduler.ErrCancelled) || s.kind == "every" && err != nil {
			p.of(task).seen = true
		}
		p.note(a, at, s.kind, err)
		switch {
		case err == nil || s.onError == "ignore":
		case s.onError == "replace":
			return errors.New("replaced " + at)
		default:
			return err
		}
	}
	return nil
}

// sleep checks that no cancel is lost: one that was begun after the task was
// cancelled does not succeed before the task has seen an ErrCancelled.
func (p *program) sleep(a awaiter, task, at string, ms int) error {
	before := *p.of(task)
	err := a.sleep(ms)
	if before.cancelled && !before.seen && err == nil {
		p.lost = at
	}
	return err
}

func (p *program) of(task string) *progress {
	if p.tasks[task] == nil {
		p.tasks[task] = &progress{}
	}
	return p.tasks[task]
}

func (p *program) note(a awaiter, at, what string, err error) {
	p.trace = append(p.trace, fmt.Sprintf("%d %s %s: %v\n", a.now(), at, what, err))
}

func TestRandomProgramsAreCancelledAsInTheModelAndLoseNoCancel(t *testing.T) {
	defer flag.Set("rapid.checks", flag.Lookup("rapid.checks").Value.String())
	flag.Set("rapid.checks", "3000") // they are small
	rapid.Check(t, func(t *rapid.T) {
		stmts := drawStmts(t, 3)
		cancels := rapid.SliceOfN(rapid.IntRange(1, 12), 0, 2).Draw(t, "cancels")
		real := program{tasks: map[string]*progress{}}
		loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
		loop.Run(func(task *scheduler.Task) error {
			root := task.Go("root", func(t *scheduler.Task) error {
				err := real.run(realTask{t}, "root", "root", stmts, nil, 0)
				real.note(realTask{t}, "root", "ended", err)
				return err
			})
			for _, at := range cancels {
				task.SleepUntil(max(task.Now()+1, scheduler.Instant(at)*scheduler.Instant(ms)+1))
				if root.Cancel() {
					*real.of("root") = progress{cancelled: true}
				}
			}
			task.Join(root)
			return nil
		})
		model := program{tasks: map[string]*progress{}}
		runModel(&model, stmts, cancels)
		if !slices.Equal(real.trace, model.trace) {
			t.Fatalf("got:\n%v\nwant:\n%v", real.trace, model.trace)
		}
		if real.lost != "" {
			t.Fatalf("%s succeeded though the task was cancelled before:\n%v", real.lost, real.trace)
		}
	})
}

// realTask is a task of the scheduler.
type realTask struct{ t *scheduler.Task }

func (r realTask) now() int          { return int(at(r.t)) }
func (r realTask) sleep(n int) error { return r.t.Sleep(time.Duration(n) * ms) }
func (r realTask) timeout(n int, work func() error) error {
	return r.t.Timeout(time.Duration(n)*ms, work)
}

func (r realTask) every(n int, iteration func(int) bool) {
	for tick := range r.t.Every(time.Duration(n) * ms) {
		if !iteration(int(tick.N)) {
			return
		}
	}
}

func (r realTask) group(children []func(awaiter) error, body func(func(int) error) error) error {
	return r.t.Group(func(g *scheduler.Group) error {
		var tasks []*scheduler.Task
		for i, child := range children {
			tasks = append(tasks, g.Go(fmt.Sprint(i), func(t *scheduler.Task) error { return child(realTask{t}) }))
		}
		return body(func(i int) error { return r.t.Join(tasks[i]) })
	})
}

// cancelModel has one list of entries, sorted by due time and then by age.
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
	name     string
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
	root := m.start("root", func(t *modelTask) error {
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

func (m *cancelModel) start(name string, body func(*modelTask) error) *modelTask {
	t := &modelTask{m: m, name: name, scopes: []*modelScope{{outer: noScope}}, onEnd: func() {}}
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
		for i, run := range children {
			child := t.m.start(fmt.Sprint(i), func(c *modelTask) error { return run(c) })
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
