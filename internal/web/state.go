package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"ptvd/plugins/topics"
)

// State is everything that the page shows. In an event, a part that has not changed is
// left out. Times and durations are in seconds.
type State struct {
	// At is when an event was made, by a clock of the server that /api/ping tells, too.
	At        float64     `json:"at_s,omitzero"`
	Clock     *Clock      `json:"clock,omitzero"`
	Topics    []Topic     `json:"topics,omitzero"`
	Instances []Instance  `json:"instances,omitzero"`
	Loop      *Loop       `json:"loop,omitzero"`
	World     *WorldState `json:"world,omitzero"`
	Daemon    *Daemon     `json:"daemon,omitzero"`
}

// Daemon tells which program runs where.
type Daemon struct {
	Version string `json:"version"`
	Host    string `json:"host"`
}

// Clock is the civil time.
type Clock struct {
	Now          string `json:"now"` // RFC 3339, in the configured zone
	Synchronized bool   `json:"synchronized"`
	// SystemError is how far the system's clock is ahead of Now.
	SystemError float64 `json:"system_error_s"`
}

// Topic is what an instance has published. Without a value, Value is null, and Age is -1
// if there has never been one; of an event it is the latest.
type Topic struct {
	topics.Envelope
	Plugin  string             `json:"plugin"`
	Doc     string             `json:"doc"`
	GoType  string             `json:"-"` // of the payload
	Figures map[string]float64 `json:"-"` // for metrics …
	Help    map[string]string  `json:"-"` // … and what they are
}

// Value is a payload that is encoded independently of the rest: one that cannot be
// encoded, since it is invalid or too large, becomes {"encode_error": "…"}.
type Value struct{ Payload any }

// maxValue limits the JSON of a payload, in bytes.
const maxValue = 64 << 10

// MarshalJSON encodes the payload, which may panic.
func (v Value) MarshalJSON() (data []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		} else if err == nil && len(data) > maxValue {
			err = fmt.Errorf("%d bytes, more than %d", len(data), maxValue)
		} else if err == nil && !utf8.Valid(data) { // json.RawMessage is passed on as it is
			err = errors.New("invalid UTF-8")
		}
		if failed, is := errors.AsType[*json.MarshalerError](err); is {
			err = failed.Err
		}
		if err != nil {
			data, err = json.Marshal(map[string]string{"encode_error": err.Error()})
		}
	}()
	return json.Marshal(v.Payload)
}

// Instance is an instance of a plugin.
type Instance struct {
	Name     string             `json:"name"`
	Plugin   string             `json:"plugin"`
	Health   string             `json:"health"` // ok, degraded or failed
	Why      string             `json:"why,omitempty"`
	Since    float64            `json:"since_s"` // of the health
	Restarts int                `json:"restarts"`
	Meter    map[string]float64 `json:"meter"` // the plugin's figures
	Help     map[string]string  `json:"-"`     // what they are
	Actions  []Action           `json:"actions"`
	Offered  bool               `json:"offered"` // the actions may be called from here
}

// Action is an action of an instance.
type Action struct {
	Name    string `json:"name"`
	Doc     string `json:"doc"`
	Arg     string `json:"arg,omitempty"`      // what its argument is; empty: it has none
	EndedBy string `json:"ended_by,omitempty"` // the action that ends what this one begins
}

// Loop has the figures of the event loop since its start. Uptime is the loop's own time,
// which a demo can speed up; all other times are real time.
type Loop struct {
	Uptime        float64 `json:"uptime_s"`
	Machine       float64 `json:"machine_s"` // CLOCK_MONOTONIC
	Wakeups       uint64  `json:"wakeups"`
	Workers       int     `json:"workers"` // blocking calls that run beside the loop
	SPITransfers  uint64  `json:"spi_transfers"`
	SPIBytes      uint64  `json:"spi_bytes"`
	I2CTransfers  uint64  `json:"i2c_transfers"`
	I2CBytes      uint64  `json:"i2c_bytes"`
	UARTTransfers uint64  `json:"uart_transfers"`
	UARTBytes     uint64  `json:"uart_bytes"`
	Tasks         []Task  `json:"tasks,omitempty"` // in events only for clients of /events?tasks
}

// Task sums up all tasks of one instance and name.
type Task struct {
	Instance string  `json:"instance"` // empty: the daemon's own
	Name     string  `json:"name"`
	Live     int     `json:"live"`
	State    string  `json:"state,omitempty"` // of the newest one that is live
	Due      float64 `json:"due_s"`           // when its sleep ends; -1 if it does not sleep
	Runs     uint64  `json:"runs"`
	Total    float64 `json:"total_s"` // on the loop
	Longest  float64 `json:"longest_s"`
	Missed   uint64  `json:"missed"`
	// Lateness is the delay of sleeps and ticks after they were due.
	LateP50 float64   `json:"late_p50_s"`
	LateP99 float64   `json:"late_p99_s"`
	LateMax float64   `json:"late_max_s"`
	Late    Histogram `json:"-"` // for metrics
}

// Histogram counts durations in seconds: Below[i] of them were less than Bounds[i].
type Histogram struct {
	Bounds []float64
	Below  []uint64
	Count  uint64
	Sum    float64
}

// World is the environment of a simulated board, which can be looked at, operated and
// broken. Its methods are called on the event loop and do not block.
type World interface {
	// Shown returns what the world really shows in place of a value of that type which
	// an instance has published, such as the picture on a panel; false means nothing.
	// Changes counts its changes.
	Shown(instance, payloadType string) (payload any, ok bool)
	Changes(instance, payloadType string) uint64

	// Act carries out an action so many times by moving the real contacts that lead to
	// it. It returns false if there are none.
	Act(instance, action string, times int) (handled bool, err error)

	// Faults returns the faults that can be caused; Break and Mend take the name of
	// one.
	Faults() []Fault
	Break(fault string) error
	Mend(fault string) error

	// Speed returns how fast time runs, and the possible speeds.
	Speed() (now float64, choice []float64)
	SetSpeed(float64) error
}

// WorldState is the state of a World.
type WorldState struct {
	Faults []Fault   `json:"faults"`
	Speed  float64   `json:"speed"` // of time; 1: real time
	Speeds []float64 `json:"speeds,omitempty"`
}

// Fault is a way in which the world can fail.
type Fault struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Doc   string `json:"doc"`
	On    bool   `json:"on"`
	Once  bool   `json:"once"` // it happens once and needs no mending
}
