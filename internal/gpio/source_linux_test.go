package gpio

import (
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"

	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/scheduler"
)

// suspendedClock is a system clock that notices, when the loop goes on, that the machine was
// suspended.
type suspendedClock struct {
	*scheduler.SystemClock
	suspend, noticed atomic.Int64
}

func (c *suspendedClock) notice() scheduler.Instant {
	c.noticed.Store(c.suspend.Load())
	return c.Now()
}

func (c *suspendedClock) Now() scheduler.Instant { return c.FromKernel(c.SystemClock.Now()) }

func (c *suspendedClock) FromKernel(at scheduler.Instant) scheduler.Instant {
	return at + scheduler.Instant(c.noticed.Load())
}

func (c *suspendedClock) Wait(until scheduler.Instant) (scheduler.Instant, error) {
	_, err := c.SystemClock.Wait(until)
	return c.notice(), err
}

func (c *suspendedClock) TakeOver() (scheduler.Instant, bool) {
	if _, ok := c.SystemClock.TakeOver(); !ok {
		return 0, false
	}
	return c.notice(), true
}

// stampedPin is a pin whose driver stamps edges.
type stampedPin struct {
	gpio.PinIO
	deliver func([]gpioext.Edge)
}

func (p *stampedPin) WatchEdges(_ []string, _ gpio.Pull, deliver func([]gpioext.Edge), _ func()) (gpioext.EdgeWatch, error) {
	p.deliver = deliver
	return p, nil
}

func (p *stampedPin) Levels() (uint64, error) { return 0, nil }
func (p *stampedPin) Close() error            { return nil }

func TestAnEdgeThatEndsASuspendIsNotFromBefore(t *testing.T) {
	system, ok := scheduler.NewSystemClock().(*scheduler.SystemClock)
	if !ok {
		t.Fatal("the kernel refuses the timer")
	}
	clock, pin := &suspendedClock{SystemClock: system}, &stampedPin{PinIO: gpio.INVALID}
	loop := scheduler.New(scheduler.Options{Clock: clock})
	board := NewBoard(onePin{pin: pin}, NewClaims(), "test")
	err := loop.Run(func(task *scheduler.Task) error {
		in, err := board.Input(task, InputOptions{Lines: []string{"GPIO17"}})
		if err != nil {
			return err
		}
		go func() {
			for _, waits := system.TakeOver(); !waits; _, waits = system.TakeOver() {
				runtime.Gosched()
			}
			system.GiveBack(scheduler.Never) // now the loop waits
			clock.suspend.Store(int64(2 * time.Hour))
			pin.deliver([]gpioext.Edge{{Level: High, Time: time.Duration(system.Now())}})
		}()
		e, err := in.Next(task)
		if age := task.Now().Sub(e.At); age < 0 || age > time.Hour {
			t.Errorf("it is %v old", age)
		}
		return errors.Join(err, board.Close(task))
	})
	if err != nil {
		t.Error(err)
	}
}
