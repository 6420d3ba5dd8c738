package plugins

import (
	"context"
	"math/rand/v2"

	"ptvd/internal/gpio"
	"ptvd/internal/host"
	"ptvd/internal/scheduler"
)

// Task is a task on the loop. A plugin writes each thing that it does as the body
// of one, as a straight line.
//
//	Sleep(d) error             waits for a duration; never less
//	SleepUntil(instant) error  waits for an instant
//	Every(period) iter.Seq[Tick]  yields at once, then after each period, which is positive, until the task is cancelled
//	Yield() error              lets every other task that is ready run first
//	Timeout(d, work) error     runs work, and interrupts what it waits for with ErrTimeout after d
//	Group(body) error          runs child tasks together; the first that fails cancels the others
//	Go(name, body) *Task       starts a child task
//	Join(task) error           waits for the end of another task, and returns its error
//	Cancel() bool              interrupts what the task waits for with ErrCancelled
//	Done() bool                tells whether the task has ended
//	Err() error                returns the error that the task ended with
//	Now() Instant              returns the instant at which the present step began
//	Name() string              returns the name that it was started with
//	Owner() string             returns the instance that it belongs to
//	Loop() *Loop               returns the loop, for the daemon's own use
type Task = scheduler.Task

// Tick is one turn of [Task].Every: N, from 0 on, the instant at which it was due,
// Due, and how many were missed just before it, Missed, which N counts, too.
type Tick = scheduler.Tick

// Instant is a point in time on the loop's monotonic clock, in nanoseconds. It has
// nothing to do with the time of day.
//
//	Add(d) Instant    returns the instant later by a duration
//	Sub(j) Duration   returns the duration since another instant
type Instant = scheduler.Instant

// Event wakes the tasks that wait for it. It belongs to the loop; the zero value
// is ready.
//
//	Set()           wakes every task that waits, and those that are going to, until Clear
//	Clear()         lets tasks wait again
//	IsSet() bool    tells whether it is set
//	Wait(t) error   waits until it is set
type Event = scheduler.Event

// Flag is an event that other goroutines may set; see [NewFlag].
//
//	Set()           wakes the task that waits, or the next that is going to
//	Wait(t) error   waits until it is set, and clears it
type Flag = scheduler.Flag

// Group runs child tasks together; see [Task].Group.
//
//	Go(name, body) *Task   starts a task of the group
//	Cancel()               cancels all of them
type Group = scheduler.Group

// Queue passes values from task to task; see [NewQueue].
//
//	Put(t, value) error       waits for room, and adds a value
//	Get(t) (T, error)         waits for a value, and takes it
//	TryPut(value) bool        adds a value if there is room
//	TryGet() (T, bool)        takes a value if there is one
//	Len() int                 returns how many values it holds
type Queue[T any] = scheduler.Queue[T]

// NewQueue returns an empty queue for up to capacity values, at least one.
func NewQueue[T any](capacity int) *Queue[T] { return scheduler.NewQueue[T](capacity) }

// NewFlag returns a flag that other goroutines may set.
func NewFlag(env Env) *Flag { return scheduler.NewFlag(env.host.Loop) }

// Never is later than every deadline.
const Never = scheduler.Never

// What an await may return.
var (
	ErrCancelled = scheduler.ErrCancelled
	ErrTimeout   = scheduler.ErrTimeout

	ErrTaskCancelled = scheduler.ErrTaskCancelled // by Join
)

// ErrFull is what an action returns that takes no more for now, such as a message to a
// panel with many messages. A program that asked by HTTP gets the status 507.
var ErrFull = host.ErrFull

// Await runs work that blocks (network, disk, a bus) on a goroutine beside the
// loop, while the task waits for its result. Where the task is cancelled, ctx is,
// and the result is dropped. A panic of the work is its error. An instance may have
// 128 functions that have not returned; more are refused.
//
// The work must not use what tasks share, such as the fields that they change: pass in
// what it needs, and return what it found. ctx ends with the work, so what depends on it,
// such as the body of an HTTP response, is read within the work.
func Await[T any](t *Task, work func(ctx context.Context) (T, error)) (T, error) {
	return scheduler.Await(t, work)
}

// Do is [Await] for work that has no result and that a cancelled task leaves alone.
func Do(t *Task, work func() error) error { return scheduler.Do(t, work) }

// Turns lets pieces of work that block go one after the other, also where the task
// that began one was cancelled and nobody waits for it any more. The zero value is
// ready.
//
//	Do(t, work) error   is [Do], but first waits for the end of what was begun before with the same turns
type Turns = scheduler.Turns

// Backoff gives growing pauses between attempts; see [NewBackoff].
//
//	Next(first, longest) Duration   returns the next pause: first, then twice as long each time, up to longest; give or take a fifth
//	Tries() int                     returns how many pauses there were since the last Reset
//	Reset()                         makes the next pause the first again
type Backoff = host.Backoff

// NewBackoff returns one whose jitter differs between boards and instances.
func NewBackoff(env Env) Backoff { return host.NewBackoff(env.host.Clock, env.Instance) }

// NewRand returns random numbers for jitter, which differ between boards and instances
// and are the same in each run of a test.
func NewRand(env Env) *rand.Rand { return host.NewRand(env.host.Clock, env.Instance) }

// Board opens the parts of the board by name, for one instance. What it has opened
// it closes when the instance has stopped.
//
//	Input(t, options) (*Input, error)          opens lines that are read
//	Output(t, name, first) (*Output, error)    opens a line that is set, at a first level
//	PWM(t, name, period) (PWM, error)          opens a PWM output, with a period of up to 1 s
//	Pin(t, name) (gpio.PinIO, error)           returns a pin for a driver of periph
//	SPI(t, name) (spi.PortCloser, error)       opens an SPI port, as periph's interface
//	I2C(t, name, address) (i2c.BusCloser, error)  opens an I2C bus for one address, as periph's interface
//	UART(t, name, baud) (io.ReadWriteCloser, error)  opens a serial port (8 data bits, no parity, 1 stop bit)
//	ReadSensor(device, channel) (Measurement, error)  measures once, by a driver of the kernel
//	Polled() string                            says which inputs are polled, for the daemon's own use
//	Close() error                              closes all, for the daemon's own use
//
// ReadSensor and the methods of what Pin, SPI, I2C and UART return block: call them through
// [Await] or [Do].
// After the instance has stopped they return errors. The interfaces are those of
// periph.io/x/conn/v3, so that every driver of periph.io/x/devices/v3 works with them.
type Board = gpio.Board

// Input is lines that are read, with their edges in order. After an error other than
// ErrCancelled and ErrTimeout the lines must be opened again: the task returns it.
//
//	Next(t) (Edge, error)            waits for the next edge
//	NextUntil(t, due) (Edge, error)  waits for it until an instant, and then returns ErrTimeout
//	Level(line) Level                returns the level that a line has by the edges that were returned
//	Lost() uint64                    returns how many edges were lost because nobody read them
//	Polled() time.Duration           returns the period in which lines without edges are read, 0 for others
type Input = gpio.Input

// InputOptions are the names of 1 to 64 lines of an [Input], Lines, and how they are read:
// Pull; ActiveLow, by which an electrically low line is High; and Debounce, for how long a
// line must keep a level (0: not at all).
type InputOptions = gpio.InputOptions

// Edge is a change of an input line: Line, the Level that it has now, and the
// instant At of the change.
type Edge = gpio.Edge

// Level is that of a line: Low or High.
//
//	String() string   returns Low or High
type Level = gpio.Level

// The levels of a line.
const (
	Low  = gpio.Low
	High = gpio.High
)

// Pull is the bias of an input line.
//
//	UnmarshalText(text) error      reads none, up or down
//	MarshalText() ([]byte, error)  writes it
type Pull = gpio.Pull

// The biases of an input line.
const (
	PullNone = gpio.PullNone
	PullUp   = gpio.PullUp
	PullDown = gpio.PullDown
)

// Output is a line that is set.
//
//	Set(t, level) error   sets it; on an I/O expander it waits for the transfer
type Output = gpio.Output

// PWM is a PWM output.
//
//	SetDuty(duty) error   sets the duty cycle, 0 (off) to 65535 (always on)
//	Duty() uint16         returns the duty cycle
//	Close() error         closes it, before the board does
type PWM = gpio.PWM

// Measurement is what a sensor has measured: a Value and its Unit.
type Measurement = gpio.Measurement

// Quadrature decodes a rotary encoder's levels; see [NewQuadrature].
//
//	Step(a, b, at) int   takes the levels of both lines after an edge, and its time; returns
//	                     the detents turned: mostly -1, 0 or 1
//	Due() Instant        when Rest will count a detent unless there is an edge; Never: it will not
//	Rest(now) int        returns the detents to count because the knob has not moved for a while
type Quadrature = gpio.Quadrature

// NewQuadrature returns a decoder that starts at the levels a and b, of an encoder
// with so many codes from detent to detent: 1, 2 or 4.
func NewQuadrature(a, b Level, codesPerDetent int) (Quadrature, error) {
	return gpio.NewQuadrature(a, b, codesPerDetent)
}
