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

	// What the instance says of itself, and what is said of it, which shows where
	// it says that all is well.
	own    Condition
	ownWhy string
	blame  string // empty: nothing
}

// NewHealth returns one that is OK; onChange hears of every change.
func NewHealth(now func() Instant, onChange func(*Health)) *Health {
	return &Health{Condition: OK, own: OK, Since: now(), now: now, onChange: onChange}
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

// Blame says what the instance does to others, and may not know itself; empty takes
// it back. It is the daemon's to call.
func (h *Health) Blame(why string) {
	h.blame = why
	h.tell()
}

// Begin sets the condition at a turn of the instance's life, which is no news:
// nobody hears of it. It is the daemon's to call.
func (h *Health) Begin(c Condition, why string) {
	h.own, h.ownWhy = c, why
	h.Condition, h.Why = h.verdict()
	h.Since = h.now()
}

func (h *Health) set(c Condition, why string) {
	h.own, h.ownWhy = c, why
	h.tell()
}

// verdict is the worse of what is said.
func (h *Health) verdict() (Condition, string) {
	if h.own == OK && h.blame != "" {
		return Degraded, h.blame
	}
	return h.own, h.ownWhy
}

// tell says what has changed.
func (h *Health) tell() {
	c, why := h.verdict()
	if c == h.Condition && why == h.Why {
		return
	}
	if c != h.Condition {
		h.Since = h.now()
	}
	h.Condition, h.Why = c, why
	h.onChange(h)
}
