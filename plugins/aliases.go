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
