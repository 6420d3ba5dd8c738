package scheduler

// scope is a part of a task's stack that can be interrupted as a whole: all of
// it by Cancel, the work of a Timeout, the body of a Group. Scopes nest.
type scope struct {
	outer      *scope
	delivered  bool // an interruption on behalf of this scope
	overridden bool // by one on behalf of an outer scope, while this one was open
}

// within calls work in a new scope of the task.
func (t *Task) within(s *scope, work func() error) error {
	s.outer = t.scope
	t.scope = s
	defer func() { t.scope = s.outer }()
	return work()
}

// interrupt delivers ErrCancelled at the task's innermost await on behalf of a
// scope. Of several that wait to be delivered the outermost stands, since it
// takes the others with it.
func (t *Task) interrupt(by *scope) {
	if t.cause == nil || t.cause.isWithin(by) {
		t.cause = by
	}
	t.wake()
}

func (s *scope) isWithin(other *scope) bool {
	for s != nil && s != other {
		s = s.outer
	}
	return s != nil
}

// takeInterruption delivers what interrupt has left.
func (t *Task) takeInterruption() error {
	for s := t.scope; s != t.cause; s = s.outer {
		s.overridden = true
	}
	t.cause.delivered = true
	t.cause = nil
	return ErrCancelled
}

// cutShort tells whether the scope's own interruption is why its work returned,
// and nobody else's.
func (s *scope) cutShort() bool { return s.delivered && !s.overridden }
