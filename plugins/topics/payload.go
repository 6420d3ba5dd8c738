// Package topics holds the message types that plugins publish and subscribe to.
// It is the only package besides plugins that a plugin needs in order to meet
// others: a source of departures and a panel both import it, and neither imports
// the other.
//
// A published value is never changed afterwards.
package topics

import (
	"reflect"
	"time"

	"ptvd/internal/scheduler"
)

// A payload may have the methods of these interfaces, for readers that know no
// plugin: the page, /api/state, /metrics and bridges to other systems. Without any
// of them it is told as [encoding/json] marshals it. Names in JSON are snake_case,
// instants RFC 3339 in the configured zone, and a unit stands in the name (age_s)
// or beside the value.

// Typed names the type of a payload, by which readers choose how to show it:
// "departures", "picture", "level", "press", "gesture", "switch", "sync", "reading",
// "text", "light", "choice", "messages", "inbox" or
// "health".
type Typed interface{ PayloadType() string }

// Timed is a payload whose JSON depends on the moment at which it is told: what is
// kept on the monotonic clock is told as an age.
type Timed interface{ JSONAt(m Moment) any }

// Aged is a payload whose content may be older than its publication.
type Aged interface{ Since() scheduler.Instant }

// Expiring is an [Aged] payload which itself knows after which age it says nothing any
// more, in place of what its topic declares.
type Expiring interface{ Lifetime() time.Duration }

// Measured is a payload with figures for metrics. Their names are in the style of
// Prometheus: lamp_duty_ratio.
type Measured interface {
	Figures(m Moment) map[string]float64
}

// Explained is a [Measured] payload that says what a figure is, in one line. Without it
// the topic's documentation is taken.
type Explained interface{ FigureHelp(name string) string }

// TypeOf returns the type's name of a payload, empty where it has none.
func TypeOf(payload reflect.Type) string {
	if typed, ok := reflect.TypeAssert[Typed](reflect.Zero(payload)); ok {
		return typed.PayloadType()
	}
	return ""
}

// JSON returns what a payload is marshaled as at a moment.
func JSON(payload any, m Moment) any {
	if timed, ok := payload.(Timed); ok {
		return timed.JSONAt(m)
	}
	return payload
}

// Envelope is a value with all that a reader who knows no plugin needs.
type Envelope struct {
	Instance string  `json:"instance"`
	Topic    string  `json:"topic"`
	Type     string  `json:"type,omitempty"` // of the payload, see package topics; empty: none of those
	Class    string  `json:"class"`          // state, event or stream
	Age      float64 `json:"age_s"`
	MaxAge   float64 `json:"max_age_s,omitempty"` // of a state: the age from which it says nothing any more; 0: it always holds
	Value    any     `json:"value"`               // can be marshaled to JSON
	Removed  bool    `json:"removed,omitempty"`   // the topic is no more, and neither is its last value
}

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
