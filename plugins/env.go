package plugins

import (
	"log/slog"
	"time"

	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	"ptvd/internal/wallclock"
	"ptvd/plugins/topics"
)

// Env is what the daemon gives an instance.
type Env struct {
	Instance string       // its name in the configuration
	Log      *slog.Logger // carries the name already
	Clock    Clock
	Board    *Board
	Health   Health
	Meter    Meter
	Storage  Storage
	Net      Network

	// TimeSource is there for a plugin whose Spec says that it is one, else nil.
	TimeSource TimeSource

	host *host.Instance
}

func init() { host.NewEnv = func(i *host.Instance) any { return newEnv(i) } }

func newEnv(i *host.Instance) Env {
	env := Env{
		Instance: i.Name, Log: i.Log, Clock: i.Clock, Board: i.Board,
		Health: i.Health, Meter: i.Meter, Storage: i.Storage, Net: i.Net, host: i,
	}
	if i.Definition.TimeSource {
		env.TimeSource = i.Clock
	}
	return env
}

// Now returns the instant of the loop's monotonic clock at which the present step
// began.
func (e Env) Now() Instant { return e.host.Loop.Now() }

// Moment returns the present moment, which the rules in package topics ask for.
func (e Env) Moment() topics.Moment { return host.Moment(e.host.Clock, e.host.Loop) }

// Removed tells a plugin's Stop that the configuration does not have the instance any
// more. What it has left on other machines is to be removed.
func (e Env) Removed() bool { return e.host.Removed }

// Go starts a task of the instance, from Start on. When one of them fails, the
// instance does.
func (e Env) Go(name string, body func(*Task) error) *Task {
	return e.host.Tasks.Go(name, body)
}

// GoUrgent starts a task that goes before ordinary ones whenever it is due, for
// input edges and fade steps: short work that a person waits for.
func (e Env) GoUrgent(name string, body func(*Task) error) *Task {
	return e.host.Tasks.Go(name, body, scheduler.Urgent())
}

// Clock is civil time.
type Clock interface {
	// Now returns the best known time, in the configured zone.
	Now() time.Time

	// Synchronized tells whether Now can be relied on. Until it is, nothing that
	// depends on the time of day may be shown.
	Synchronized() bool
}

// TimeSource lets a plugin that measures the time correct the board's clock.
type TimeSource interface {
	// Uncorrected returns the system's time at the start, carried on by the
	// monotonic clock. Offsets are measured against it. Any goroutine may call it.
	Uncorrected() time.Time

	// Correct takes a measurement: true time is Uncorrected plus offset. It
	// returns an error, and changes nothing, where that cannot be today.
	Correct(offset time.Duration) error

	// Offset returns the corrected time minus the system's; 0 before the first
	// correction.
	Offset() time.Duration

	// Resumed is set when the machine has resumed after it was suspended: the time
	// must be measured again at once. The plugin clears it.
	Resumed() *Event

	// Setter returns the means to set the system's clock, and whether there is one.
	Setter() (wallclock.Setter, bool)
}

// Health is the condition of an instance, as the page and systemctl status show it.
// A plugin that cannot go on returns an error instead.
type Health interface {
	// OK says that all is well.
	OK()

	// Degraded says what the instance lacks, in a few words for people.
	Degraded(format string, args ...any)
}

// Meter holds an instance's figures for /metrics. They are kept over a restart of
// the instance. Names are in the style of Prometheus: fetches_failed_total,
// offset_seconds.
type Meter interface {
	// Count adds to a figure that only grows; its name ends in _total.
	Count(name string, n float64)

	// Set sets a figure that goes up and down.
	Set(name string, value float64)

	// Describe says what a figure is, in one line, for those who read /metrics.
	Describe(name, help string)
}

// Storage is where an instance keeps what should outlive a restart. Its methods
// touch the disk: call them through [Await].
//
//	Load(name) ([]byte, error)   returns a file's contents, nil where there is none
//	Save(name, data) error       replaces a file as a whole, also over a power cut, by 64 KiB at most
type Storage = host.Storage

// Network is the way out: HTTP, the Transport for an http.Client, and Dial, which is that
// of a net.Dialer. A test can be the other side of it.
type Network = host.Network
