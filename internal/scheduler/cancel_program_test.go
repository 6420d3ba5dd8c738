package scheduler_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ptvd/internal/scheduler"
)

// The programs are trees of groups, time-outs, joins and sleeps, which return, ignore or
// replace the errors that they get, and whose root is cancelled at random instants.
// Besides, no cancel may be lost: see program.sleep.

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
