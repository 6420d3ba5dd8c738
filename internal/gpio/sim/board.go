// Package sim is a simulated board that behaves like the kernel's.
package sim

import (
	"errors"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
)

// Board is a simulated board.
type Board struct{ loop *scheduler.Loop }

var _ gpio.Backend = (*Board)(nil)

// New returns a board whose edges carry the loop's time.
func New(loop *scheduler.Loop) *Board { return &Board{loop} }

var errTODO = errors.New("to be written")

func (b *Board) OpenLines([]string, gpio.Pull, func(gpio.Edge), func()) (gpio.Lines, error) {
	return nil, errTODO
}
func (b *Board) OpenOutput(string, gpio.Level) (gpio.Output, error)    { return nil, errTODO }
func (b *Board) OpenSPI(string, int64) (gpio.SPI, error)               { return nil, errTODO }
func (b *Board) OpenPWM(string, time.Duration) (gpio.PWM, error)       { return nil, errTODO }
func (b *Board) Close() error                                          { return nil }
