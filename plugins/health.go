package plugins

import "fmt"

// Condition is how an instance is.
type Condition string

// The conditions of an instance.
const (
	OK       Condition = "ok"
	Degraded Condition = "degraded" // it runs, and lacks something
	Failed   Condition = "failed"   // it does not run; it is tried again
)

// Health is an instance's condition, why, and since when.
type Health struct {
	Condition Condition
	Why       string // empty when OK
	Since     Instant
	now       func() Instant
	onChange  func(*Health)
}

// NewHealth returns one that is OK; onChange hears of every change.
func NewHealth(now func() Instant, onChange func(*Health)) *Health {
	return &Health{Condition: OK, Since: now(), now: now, onChange: onChange}
}

// OK says that all is well.
func (h *Health) OK() { h.set(OK, "") }

// Degraded says what the instance lacks, in a few words for people.
func (h *Health) Degraded(format string, args ...any) {
	h.set(Degraded, fmt.Sprintf(format, args...))
}

// Failed says why the instance does not run. It is the daemon's to call: a
// plugin returns an error instead.
func (h *Health) Failed(err error) { h.set(Failed, err.Error()) }

func (h *Health) set(c Condition, why string) {
	if c == h.Condition && why == h.Why {
		return
	}
	if c != h.Condition {
		h.Since = h.now()
	}
	h.Condition, h.Why = c, why
	h.onChange(h)
}
