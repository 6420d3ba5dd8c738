package plugins

import (
	"context"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
	"ptvd/internal/wallclock"
)

// What a plugin meets of the scheduler and of the board; see there.
type (
	Task    = scheduler.Task
	Tick    = scheduler.Tick
	Instant = scheduler.Instant
	Event   = scheduler.Event
	Group   = scheduler.Group
	Flag    = scheduler.Flag

	Lock      = scheduler.Lock
	Semaphore = scheduler.Semaphore
	Barrier   = scheduler.Barrier

	PanicError = scheduler.PanicError

	Clock = wallclock.Clock

	Board        = gpio.Board
	Level        = gpio.Level
	Edge         = gpio.Edge
	Pull         = gpio.Pull
	Input        = gpio.Input
	InputOptions = gpio.InputOptions
	Quadrature   = gpio.Quadrature
	Output       = gpio.Output
	SPI          = gpio.SPI
	PWM          = gpio.PWM
)

// The levels of a line.
const (
	Low  = gpio.Low
	High = gpio.High
)

// The biases of an input line.
const (
	PullNone = gpio.PullNone
	PullUp   = gpio.PullUp
	PullDown = gpio.PullDown
)

// Never is later than every deadline.
const Never = scheduler.Never

// What an await may return.
var (
	ErrCancelled = scheduler.ErrCancelled
	ErrTimeout   = scheduler.ErrTimeout
)

// Await runs work that blocks beside the loop; see [scheduler.Await].
func Await[T any](t *Task, work func(ctx context.Context) (T, error)) (T, error) {
	return scheduler.Await(t, work)
}

// NewQuadrature returns a decoder of an encoder's levels; see
// [gpio.NewQuadrature].
func NewQuadrature(a, b Level, codesPerDetent int) (Quadrature, error) {
	return gpio.NewQuadrature(a, b, codesPerDetent)
}

// NewFlag returns a flag that other goroutines may set; see [scheduler.Flag].
func NewFlag(l *scheduler.Loop) *Flag { return scheduler.NewFlag(l) }

// NewSemaphore returns a semaphore with so many permits.
func NewSemaphore(permits int) *Semaphore { return scheduler.NewSemaphore(permits) }

// NewBarrier returns a barrier for so many tasks.
func NewBarrier(parties int) *Barrier { return scheduler.NewBarrier(parties) }

// Queue passes values from task to task; see [scheduler.Queue].
type Queue[T any] = scheduler.Queue[T]

// NewQueue returns an empty queue for up to capacity values.
func NewQueue[T any](capacity int) *Queue[T] { return scheduler.NewQueue[T](capacity) }

// Gather runs pieces of work as tasks and returns their results; see
// [scheduler.Gather].
func Gather[T any](t *Task, work ...func(t *Task) (T, error)) ([]T, error) {
	return scheduler.Gather(t, work...)
}
