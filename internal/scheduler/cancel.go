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
	t.mustBeCurrent()
	var expired scope
	deadline := &timer{due: t.Now().Add(d), seq: t.loop.nextSeq(), task: t, scope: &expired, index: -1}
	t.queue().add(deadline)
	defer func() {
		if deadline.index >= 0 {
			t.queue().remove(deadline)
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
	outer      *scope
	delivered  bool // an interruption of this scope
	overridden bool // by an interruption of an outer scope, while this one was open
}

// within calls work in a new scope of the task.
func (t *Task) within(s *scope, work func() error) error {
	s.outer = t.scope
	t.scope = s
	defer func() { t.scope = s.outer }()
	return work()
}

// interrupt delivers ErrCancelled at the task's innermost await, which unwinds a
// scope. Of several interruptions that are pending only that of the outermost
// scope is delivered, since it unwinds the inner ones as well.
func (t *Task) interrupt(s *scope) {
	if t.pending == nil || t.pending.isWithin(s) {
		t.pending = s
	}
	t.wake()
}

func (s *scope) isWithin(other *scope) bool {
	for s != nil && s != other {
		s = s.outer
	}
	return s != nil
}

// deliver takes the pending interruption and returns its error.
func (t *Task) deliver() error {
	for s := t.scope; s != t.pending; s = s.outer {
		s.overridden = true
	}
	t.pending.delivered = true
	t.pending = nil
	return ErrCancelled
}

// endedByItself tells whether the scope's own interruption is the reason why its
// work returned, and not that of an outer scope.
func (s *scope) endedByItself() bool { return s.delivered && !s.overridden }

// failed tells a failure from the end of a task that was cancelled.
func failed(err error) bool { return err != nil && !errors.Is(err, ErrCancelled) }
