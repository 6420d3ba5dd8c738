package gpio

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"ptvd/internal/scheduler"
)

// plainPin is a pin of another driver, without timestamps.
type plainPin struct {
	gpio.PinIO
	mu     sync.Mutex
	level  Level
	edges  chan gpio.Level // nil: WaitForEdge returns false at once
	halted bool
}

func (p *plainPin) In(gpio.Pull, gpio.Edge) error { return nil }

func (p *plainPin) Read() Level {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.level
}

// WaitForEdge sets the level when the edge is consumed. Halt does not end it.
func (p *plainPin) WaitForEdge(timeout time.Duration) bool {
	if p.edges == nil {
		return false
	}
	select {
	case level := <-p.edges:
		p.mu.Lock()
		p.level = level
		p.mu.Unlock()
		return true
	case <-time.After(timeout):
		return false
	}
}

func (p *plainPin) Halt() error {
	p.halted = true
	return nil
}

// onePin is a backend with one pin.
type onePin struct {
	Backend
	pin gpio.PinIO
}

func (b onePin) Pin(string) (gpio.PinIO, error) { return b.pin, nil }

func TestAPinWithoutTimestampsIsStampedWhenWaitForEdgeReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := &plainPin{PinIO: gpio.INVALID, edges: make(chan gpio.Level)}
		loop := scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()})
		board := NewBoard(onePin{pin: pin}, NewClaims(), "test")
		err := loop.Run(func(task *scheduler.Task) error {
			in, err := board.Input(task, InputOptions{Lines: []string{"D0"}})
			if err != nil {
				return err
			}
			if in.Polled() != 0 {
				t.Errorf("it is polled every %v", in.Polled())
			}
			for _, level := range []Level{High, Low, High} {
				if err := task.Sleep(time.Second); err != nil {
					return err
				}
				pin.edges <- level
				e, err := in.Next(task)
				if err != nil {
					return err
				}
				if late := task.Now().Sub(e.At); e.Level != level || late < 0 || late > time.Millisecond {
					t.Errorf("got %v, %v late, want %v", e, late, level)
				}
			}
			return board.Close(task)
		})
		if err != nil || !pin.halted {
			t.Errorf("%v; released: %v", err, pin.halted)
		}
		synctest.Wait() // no waiter is left, or the bubble does not end
	})
}

func TestAPinWhoseWaitForEdgeDoesNotWaitIsPolled(t *testing.T) {
	pin := &plainPin{PinIO: gpio.INVALID}
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	board := NewBoard(onePin{pin: pin}, NewClaims(), "test")
	err := loop.Run(func(task *scheduler.Task) error {
		in, err := board.Input(task, InputOptions{Lines: []string{"D0"}})
		if err != nil {
			return err
		}
		if in.Polled() != defaultPollPeriod || board.Polled() != "D0: polled every 20ms, since its driver reports no edges" {
			t.Errorf("polled every %v: %q", in.Polled(), board.Polled())
		}
		pin.level = High
		e, err := in.Next(task)
		if err != nil || e.Level != High || task.Now() > scheduler.Instant(defaultPollPeriod) {
			t.Errorf("got %v (%v) at %v", e, err, task.Now())
		}
		return board.Close(task)
	})
	if err != nil {
		t.Fatal(err)
	}
}
