package topics

import (
	"time"

	"ptvd/internal/scheduler"
)

// Moment is when a value is looked at. What depends on the time takes it as an
// argument, so that it can be tested and means the same to every reader.
type Moment struct {
	Now          time.Time         // civil time, corrected, in the configured zone
	Synchronized bool              // Now can be relied on
	Mono         scheduler.Instant // the loop's monotonic clock, by which data age
}

// Until says how long an answer that was given at a [Moment] stays true: until the
// civil clock reaches Civil or the monotonic clock reaches Mono, whichever comes
// first. The zero value has no limit.
type Until struct {
	Civil time.Time         // zero: no limit
	Mono  scheduler.Instant // 0: no limit
}

// UntilCivil returns the limit at an instant of the civil clock. An instant that
// has passed is no limit.
func (m Moment) UntilCivil(at time.Time) Until {
	if !at.After(m.Now) {
		return Until{}
	}
	return Until{Civil: at}
}

// UntilMono returns the limit at an instant of the monotonic clock. An instant that
// has passed is no limit.
func (m Moment) UntilMono(at scheduler.Instant) Until {
	if at <= m.Mono {
		return Until{}
	}
	return Until{Mono: at}
}

// And returns how long both of two answers stay true.
func (u Until) And(other Until) Until {
	if u.Civil.IsZero() || !other.Civil.IsZero() && other.Civil.Before(u.Civil) {
		u.Civil = other.Civil
	}
	if u.Mono == 0 || other.Mono != 0 && other.Mono < u.Mono {
		u.Mono = other.Mono
	}
	return u
}

// Holds tells whether an answer that was given at one moment is still true at a
// later one. Where the civil clock was set back, or Synchronized has changed, it has
// to be asked for again.
func (u Until) Holds(given, now Moment) bool {
	return now.Synchronized == given.Synchronized &&
		!now.Now.Before(given.Now) && (u.Civil.IsZero() || now.Now.Before(u.Civil)) &&
		(u.Mono == 0 || now.Mono < u.Mono)
}
