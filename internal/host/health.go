package host

import (
	"fmt"

	"ptvd/internal/scheduler"
	"ptvd/internal/textfmt"
)

// Condition says how well an instance works.
type Condition string

// The conditions of an instance.
const (
	OK       Condition = "ok"
	Degraded Condition = "degraded" // it runs, and lacks something
	Failed   Condition = "failed"   // it does not run; it is started again
)

// Health is an instance's condition, why, and since when: the worse of what the
// instance reports of itself and what the daemon has observed.
type Health struct {
	Condition Condition
	Why       string // empty when OK
	Since     scheduler.Instant
	now       func() scheduler.Instant
	onChange  func(*Health)

	reported    Condition
	reportedWhy string
	observed    string // empty: nothing
}

// NewHealth returns one that is OK. onChange is called after every change.
func NewHealth(now func() scheduler.Instant, onChange func(*Health)) *Health {
	return &Health{Condition: OK, reported: OK, Since: now(), now: now, onChange: onChange}
}

// OK reports that all is well.
func (h *Health) OK() { h.report(OK, "") }

// Degraded reports what the instance lacks.
func (h *Health) Degraded(format string, args ...any) {
	h.report(Degraded, fmt.Sprintf(format, args...))
}

// Failed reports why the instance does not run.
func (h *Health) Failed(err error) { h.report(Failed, err.Error()) }

// Observe sets what the instance does to others without knowing it, such as
// blocking the loop; empty ends it.
func (h *Health) Observe(why string) {
	h.observed = why
	h.update(h.onChange)
}

// Reset sets the condition at the beginning of a run, without a call of onChange:
// it is not news.
func (h *Health) Reset(c Condition, why string) {
	h.reported, h.reportedWhy = c, why
	h.update(func(*Health) {})
	h.Since = h.now()
}

// maxWhy limits, in characters, what is shown and sent of an error. The log has more of it.
const maxWhy = 1000

func (h *Health) report(c Condition, why string) {
	h.reported, h.reportedWhy = c, textfmt.Clip(why, maxWhy)
	h.update(h.onChange)
}

func (h *Health) update(onChange func(*Health)) {
	c, why := h.reported, h.reportedWhy
	if c == OK && h.observed != "" {
		c, why = Degraded, h.observed
	}
	if c != h.Condition {
		h.Since = h.now()
	}
	if c != h.Condition || why != h.Why {
		h.Condition, h.Why = c, why
		onChange(h)
	}
}
