package scheduler

import (
	"errors"
	"fmt"
)

// Group is a family of tasks that end together; see [Task.Group].
type Group struct {
	parent *Task
	body   scope // the parent's, while it starts children
	err    error // of the first child that failed
	live   int
	ending bool // whoever is still started is cancelled at once
	empty  waiters
}

// Group calls body, which starts children by [Group.Go], and then waits for all
// of them. The first child that fails cancels its siblings and interrupts body;
// its error is what Group returns. An error or panic of body, or a cancel of the
// parent, cancels the children. A child that returns ErrCancelled though nobody has
// cancelled it has failed. Group never returns while a child still runs.
func (t *Task) Group(body func(g *Group) error) (err error) {
	g := &Group{parent: t}
	err = ErrCancelled // what the children are to be told if body panics
	defer func() { err = g.join(err) }()
	return t.within(&g.body, func() error { return body(g) })
}

// Go starts a child, with the parent's owner. Where the group has failed or
// ended, the child is cancelled before it begins.
func (g *Group) Go(name string, body Func, options ...Option) *Task {
	t := g.parent.Go(name, body, options...)
	t.group = g
	g.live++
	if g.ending {
		t.Cancel()
	}
	return t
}

// Cancel cancels every child but the one that calls it.
func (g *Group) Cancel() {
	l := g.parent.loop
	for t := l.tasks.first; t != nil; t = t.newer {
		if t.group == g && t != l.running {
			t.Cancel()
		}
	}
}

// end cancels the children, those to come as well.
func (g *Group) end() {
	g.ending = true
	g.Cancel()
}

// join waits for the children after body has returned.
func (g *Group) join(err error) error {
	if g.body.cutShort() && !failed(err) {
		err = nil // g.err says why
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

// ended hears of a child's end. It tells whether its error is the group's.
func (g *Group) ended(child *Task) (awaited bool) {
	g.live--
	if g.live == 0 {
		g.empty.call()
	}
	err := child.err
	if err != nil && !failed(err) && !child.wasCancelled() {
		err = fmt.Errorf("%v, though nobody has cancelled it", err) // not as a cancel, then
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
