package scheduler

import (
	"errors"
	"fmt"
	"strconv"
)

// Group is a set of tasks that end together; see [Task.Group].
type Group struct {
	parent   *Task
	body     scope // the parent's, while it starts children
	children taskList
	err      error // of the first child that failed
	ending   bool  // a child that is started now is cancelled at once
	empty    waitList
}

// Group calls body, which starts children by [Group.Go], and then waits for all
// of them. The first child that fails cancels its siblings and interrupts body;
// its error is what Group returns. An error or panic of body, or a cancel of the
// parent, cancels the children. A child that returns ErrCancelled without having
// been cancelled has failed. Group never returns while a child still runs.
func (t *Task) Group(body func(g *Group) error) (err error) {
	if !t.isCurrent() {
		return t.refuse()
	}
	g := &Group{parent: t, children: taskList{links: groupLinks}}
	err = ErrCancelled // cancels the children if body panics
	defer func() { err = g.join(err) }()
	return t.within(&g.body, func() error { return body(g) })
}

// Go starts a child, with the parent's owner. If the group has failed or ended,
// the child is cancelled before it begins.
func (g *Group) Go(name string, body Func, options ...Option) *Task {
	t := g.parent.loop.newTask(g.parent.owner, name, body, options)
	t.group = g
	t.admit("Group.Go")
	return t
}

// Cancel cancels every child except the calling one.
func (g *Group) Cancel() {
	if !g.parent.loop.onLoop() {
		g.parent.forward("Group.Cancel", g.Cancel)
		return
	}
	for t := range g.children.all() {
		if t != t.loop.current {
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
	var cancel *scope // the interruption that this group was told
	if err != nil {
		if !failed(err) {
			cancel = g.body.outerOne
		}
		g.end()
	}
	for g.children.first != nil {
		interrupted := g.parent.enter()
		if interrupted == nil {
			interrupted = g.parent.parkIn(&g.empty, inGroup)
		}
		if interrupted != nil {
			cancel = outermost(cancel, g.parent.taken)
			if !failed(err) {
				err = interrupted
			}
			g.end()
		}
	}
	g.ending = true
	switch {
	case g.err == nil:
	case failed(err):
		err = errors.Join(err, g.err)
	default:
		err = g.err // a failure outranks a cancel
	}
	if cancel != nil && failed(err) {
		g.parent.pending = outermost(g.parent.pending, cancel) // for the next await
	}
	return err
}

// childEnded handles the end of a child. It tells whether the group returns the
// child's error.
func (g *Group) childEnded(child *Task) (reported bool) {
	g.children.remove(child)
	if g.children.first == nil {
		g.empty.wakeFirst()
	}
	err := child.err
	if err != nil && !failed(err) && !child.wasCancelled() {
		err = fmt.Errorf("%v: returned by a task that was not cancelled", err) //nolint:errorlint // no longer an ErrCancelled
	}
	if !failed(err) || g.err != nil {
		return false
	}
	g.err = err
	g.end()
	if g.body.open {
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
