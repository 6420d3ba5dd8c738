package scheduler

import (
	"errors"
	"time"
)

// ErrCancelled is what an await returns in a task that was cancelled. Return it
// (or nil) after cleaning up; a task may also handle it and continue.
var ErrCancelled = errors.New("cancelled")

// ErrTimeout is what [Task.Timeout] returns when the time has expired.
var ErrTimeout = errors.New("timed out")

// Cancel delivers ErrCancelled at the innermost await of another task. The body
// of a task that has not run yet never runs. Several cancels before the first is
// delivered count as one. It returns false when the task has ended already. A task
// cannot cancel itself (it can return); an attempt is a panic.
func (t *Task) Cancel() bool {
	if !t.loop.onLoop() {
		t.forward("Task.Cancel", func() { t.Cancel() })
		return true
	}
	if t.finished {
		return false
	}
	if t.loop.current == t {
		panic("scheduler: task " + t.name + " cancels itself; return from it instead")
	}
	t.interrupt(&t.self)
	return true
}

// Timeout calls work, and if that still waits after d, interrupts its innermost
// await with ErrCancelled. It returns when work has returned: ErrTimeout if the
// time has expired, else work's own error. A cancel of the task from elsewhere
// remains a cancel. Time-outs may be nested.
func (t *Task) Timeout(d time.Duration, work func() error) error {
	if err := t.enter(); err != nil {
		return err
	}
	var expired scope
	deadline := &timer{due: t.Now().Add(d), seq: t.loop.nextSeq(), task: t, scope: &expired, index: -1}
	queue := t.queue() // the task's may change meanwhile
	queue.add(deadline)
	defer func() {
		if deadline.index >= 0 {
			queue.remove(deadline)
		}
	}()
	err := t.within(&expired, work)
	if expired.endedByItself() && !failed(err) {
		return ErrTimeout
	}
	return err
}

// scope is a part of a task's stack that can be interrupted as a whole: all of
// it by Cancel, the work of a Timeout, the body of a Group. Scopes nest.
type scope struct {
	outer     *scope
	depth     int    // 0 is the whole task
	open      bool   // it is on the task's stack
	delivered bool   // its own interruption
	outerOne  *scope // the outermost one that was interrupted while this was open
}

// within calls work in a new scope of the task.
func (t *Task) within(s *scope, work func() error) error {
	t.openScope(s)
	defer t.closeScope(s)
	return work()
}

func (t *Task) openScope(s *scope) {
	s.outer, s.depth, s.open = t.scope, t.scope.depth+1, true
	t.scope = s
}

func (t *Task) closeScope(s *scope) {
	t.scope, s.open = s.outer, false
	if t.pending == s {
		t.pending = nil // there is nothing left to interrupt
	}
	s.outer.noteOuter(s.outerOne)
}

// noteOuter notes which interruption was delivered inside s, if of an outer scope.
func (s *scope) noteOuter(of *scope) {
	if of != nil && of.depth < s.depth {
		s.outerOne = outermost(s.outerOne, of)
	}
}

// outermost returns the outer one of two scopes of a task; either may be nil.
func outermost(a, b *scope) *scope {
	if a == nil || b != nil && b.depth < a.depth {
		return b
	}
	return a
}

// interrupt delivers ErrCancelled at the task's innermost await, which unwinds a
// scope. Of several interruptions that are pending only that of the outermost
// scope is delivered, since it unwinds the inner ones as well.
func (t *Task) interrupt(s *scope) {
	t.pending = outermost(t.pending, s)
	t.wake()
}

// deliver takes the pending interruption and returns its error.
func (t *Task) deliver() error {
	s := t.pending
	t.pending, t.taken = nil, s
	s.delivered = true
	t.scope.noteOuter(s)
	return ErrCancelled
}

// endedByItself tells whether the scope's own interruption is the reason why its
// work returned, and not that of an outer scope.
func (s *scope) endedByItself() bool { return s.delivered && s.outerOne == nil }

// failed tells a failure from the end of a task that was cancelled.
func failed(err error) bool { return err != nil && !errors.Is(err, ErrCancelled) }
