package scheduler

import "errors"

// Group is a family of tasks that end together; see [Task.Group].
type Group struct {
	parent  *Task
	failed  scope
	err     error
	closing bool
	live    []*Task
	empty   waiters
}

// Group calls body, which starts children by [Group.Go], and then waits for all
// of them. The first child that fails cancels its siblings and interrupts body;
// its error is what Group returns. An error of body, or a cancel of the parent,
// cancels the children. Group never returns while a child still runs.
func (t *Task) Group(body func(g *Group) error) error {
	g := &Group{parent: t}
	err := body(g)
	if t.cause == &g.failed {
		t.cause = nil
	}
	if err != nil {
		g.Cancel()
	}
	g.closing = true
	for len(g.live) > 0 {
		if interrupted := t.parkIn(&g.empty); interrupted != nil {
			err = interrupted
			g.Cancel()
		}
	}
	if g.err != nil && (err == nil || g.failed.delivered && errors.Is(err, ErrCancelled)) {
		return g.err
	}
	return err
}

// Go starts a child, with the parent's owner.
func (g *Group) Go(name string, body Func, options ...Option) *Task {
	t := g.parent.Go(name, body, options...)
	t.group = g
	g.live = append(g.live, t)
	if g.err != nil {
		t.Cancel()
	}
	return t
}

// Cancel cancels every child.
func (g *Group) Cancel() {
	for _, child := range g.live {
		if child != g.parent.loop.running {
			child.Cancel()
		}
	}
}

// ended hears of a child's end.
func (g *Group) ended(child *Task) {
	for i, t := range g.live {
		if t == child {
			g.live = append(g.live[:i], g.live[i+1:]...)
			break
		}
	}
	if child.err != nil && !errors.Is(child.err, ErrCancelled) && g.err == nil {
		g.err = child.err
		g.Cancel()
		if !g.closing {
			g.parent.interrupt(&g.failed)
		}
	}
	if len(g.live) == 0 {
		g.empty.wakeOne()
	}
}
