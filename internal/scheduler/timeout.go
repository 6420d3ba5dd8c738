package scheduler

import (
	"errors"
	"time"
)

// ErrTimeout is what [Task.Timeout] returns when the time ran out.
var ErrTimeout = errors.New("timed out")

// Timeout calls work, and when it still waits after d, interrupts its innermost
// await with ErrCancelled. It returns when work has returned: ErrTimeout if the
// time ran out, else work's own error. A cancel of the task from elsewhere stays
// a cancel. Time-outs may be nested.
func (t *Task) Timeout(d time.Duration, work func() error) error {
	t.mustBeCurrent()
	var expired scope
	bell := &timer{due: t.Now().Add(d), seq: t.loop.tieBreak(), task: t, scope: &expired, index: -1}
	t.queue().add(bell)
	defer func() {
		if bell.index >= 0 {
			t.queue().remove(bell)
		}
	}()
	err := t.within(&expired, work)
	if expired.cutShort() && !failed(err) {
		return ErrTimeout
	}
	return err
}
