package scheduler

import (
	"errors"
	"fmt"
	"strconv"
)

// Group is a set of tasks that end together; see [Task.Group].
type Group struct {
	parent *Task
	body   scope // the parent's, while it starts children
	err    error // of the first child that failed
	live   int
	ending bool // a child that is started now is cancelled at once
	empty  waitList
}

// Group calls body, which starts children by [Group.Go], and then waits for all
// of them. The first child that fails cancels its siblings and interrupts body;
// its error is what Group returns. An error or panic of body, or a cancel of the
// parent, cancels the children. A child that returns ErrCancelled without having
// been cancelled has failed. Group never returns while a child still runs.
func (t *Task) Group(body func(g *Group) error) (err error) {
	g := &Group{parent: t}
	err = ErrCancelled // cancels the children if body panics
	defer func() { err = g.join(err) }()
	return t.within(&g.body, func() error { return body(g) })
}

// Go starts a child, with the parent's owner. If the group has failed or ended,
// the child is cancelled before it begins.
func (g *Group) Go(name string, body Func, options ...Option) *Task {
	t := g.parent.Go(name, body, options...)
	t.group = g
	g.live++
	if g.ending {
		t.Cancel()
	}
	return t
}

// Cancel cancels every child except the calling one.
func (g *Group) Cancel() {
	l := g.parent.loop
	for t := l.tasks.first; t != nil; t = t.newer {
		if t.group == g && t != l.current {
			t.Cancel()
		}
	}
}

// end cancels the children, including those that are started later.
func (g *Group) end() {
	g.ending = true
	g.Cancel()
}

// join waits for the children after body has returned.
func (g *Group) join(err error) error {
	if g.body.endedByItself() && !failed(err) {
		err = nil // g.err is the reason
	}
	if err != nil {
		g.end()
	}
	for g.live > 0 {
		if interrupted := g.parent.parkIn(&g.empty, inGroup); interrupted != nil {
			if !failed(err) {
				err = interrupted
			}
			g.end()
		}
	}
	g.ending = true
	switch {
	case g.err == nil:
		return err
	case failed(err):
		return errors.Join(err, g.err)
	default:
		return g.err // a failure outranks a cancel
	}
}

// childEnded handles the end of a child. It tells whether the group returns the
// child's error.
func (g *Group) childEnded(child *Task) (reported bool) {
	g.live--
	if g.live == 0 {
		g.empty.wakeFirst()
	}
	err := child.err
	if err != nil && !failed(err) && !child.wasCancelled() {
		err = fmt.Errorf("%v: returned by a task that was not cancelled", err) // no longer an ErrCancelled
	}
	if !failed(err) || g.err != nil {
		return false
	}
	g.err = err
	g.end()
	if g.parent.scope.isWithin(&g.body) {
		g.parent.interrupt(&g.body)
	}
	return true
}

// Gather runs several functions at the same time, each in a task of its own,
// waits for all of them, and returns their results in the order of the arguments.
// The error is the first that occurred; the others continue nevertheless.
// Cancelling the caller cancels them, and Gather still waits for their end.
func Gather[T any](t *Task, work ...func(t *Task) (T, error)) ([]T, error) {
	results := make([]T, len(work))
	var first error
	err := t.Group(func(g *Group) error {
		for i, do := range work {
			g.Go(t.name+"/"+strconv.Itoa(i), func(t *Task) error {
				result, err := do(t)
				results[i] = result
				if first == nil {
					first = err
				}
				return nil
			})
		}
		return nil
	})
	if err == nil {
		err = first
	}
	return results, err
}
