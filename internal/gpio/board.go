package gpio

import (
	"context"
	"errors"
	"io"
	"time"

	"ptvd/internal/scheduler"
)

// Board is the view that one instance has of the board. Its methods are called by
// tasks; they open parts on another goroutine and await the result.
type Board struct {
	backend Backend
	claims  *Claims
	owner   string
	open    map[string]io.Closer // by name; a part that is opened again replaces the former
}

// NewBoard returns the view of the instance owner. Boards that share a backend must
// share claims.
func NewBoard(backend Backend, claims *Claims, owner string) *Board {
	return &Board{backend: backend, claims: claims, owner: owner}
}

// Output opens an output line that starts at a level.
func (b *Board) Output(t *scheduler.Task, name string, first Level) (Output, error) {
	return open(b, t, func() (Output, error) { return b.backend.OpenOutput(name, first) }, name)
}

// SPI opens a port at hz clock cycles a second, in mode 0.
func (b *Board) SPI(t *scheduler.Task, name string, hz int64) (SPI, error) {
	return open(b, t, func() (SPI, error) { return b.backend.OpenSPI(name, hz) }, name)
}

// PWM opens a PWM output with a period; it starts at duty 0.
func (b *Board) PWM(t *scheduler.Task, name string, period time.Duration) (PWM, error) {
	return open(b, t, func() (PWM, error) { return b.backend.OpenPWM(name, period) }, name)
}

// open claims names for the instance until Board.Close, and opens the part on another
// goroutine.
func open[T io.Closer](b *Board, t *scheduler.Task, make func() (T, error), names ...string) (T, error) {
	var none T
	for _, name := range names {
		if err := b.claims.take(name, b.owner); err != nil {
			return none, err
		}
	}
	part, err := scheduler.Await(t, func(context.Context) (T, error) { return make() })
	if err != nil {
		return none, err
	}
	if b.open == nil {
		b.open = map[string]io.Closer{}
	}
	b.open[names[0]] = part
	return part, nil
}

// Close closes what the instance opened and releases its claims. It blocks while the
// parts are closed, so it must not be called on the loop.
func (b *Board) Close() error {
	var errs []error
	for _, part := range b.open {
		errs = append(errs, part.Close())
	}
	clear(b.open)
	b.claims.releaseAll(b.owner)
	return errors.Join(errs...)
}

// Close closes an open part or a board beside the loop. After limit it returns
// [scheduler.ErrTimeout] and leaves a driver that hangs behind.
func Close(t *scheduler.Task, part io.Closer, limit time.Duration) error {
	return t.Timeout(limit, func() error {
		_, err := scheduler.Await(t, func(context.Context) (struct{}, error) { return struct{}{}, part.Close() })
		return err
	})
}
