package gpio

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"periph.io/x/conn/v3/gpio"

	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/scheduler"
)

// edgeSource is where the edges and levels of an [Input] come from.
type edgeSource interface {
	// Levels reads all lines, one bit per line. Unless immediate returns true, it may
	// block as long as a transfer on a bus.
	Levels() (uint64, error)
	immediate() bool
	// pollPeriod is 0 if the source reports edges.
	pollPeriod() time.Duration
	Close() error
}

// openSource opens input lines in the best way that their driver offers: with stamped
// edges, with edges that are stamped when WaitForEdge returns, or by polling.
func openSource(backend Backend, o InputOptions, poll time.Duration, loop *scheduler.Loop, m *mailbox) (edgeSource, error) {
	var pins []gpio.PinIO
	var stamped []gpioext.EdgePin
	for _, name := range o.Lines {
		pin, err := backend.Pin(name)
		if err != nil {
			return nil, err
		}
		pins = append(pins, pin)
		if s, ok := pin.(gpioext.EdgePin); ok {
			stamped = append(stamped, s)
		}
	}
	pull := connPulls[o.Pull]
	if len(stamped) == len(pins) {
		watch, err := stamped[0].WatchEdges(o.Lines, pull, func(edges []gpioext.Edge) {
			for _, e := range edges {
				m.add(Edge{Line: e.Pin, Level: e.Level, At: scheduler.Instant(e.Time)})
			}
			loop.SetAndRun(m.arrived)
		}, m.overflow)
		if err == nil {
			return watchedLines{watch, immediate(pins[0])}, nil
		}
		if !errors.Is(err, gpioext.ErrNoEdges) {
			return nil, err
		}
	}
	return openPins(pins, pull, poll, loop.Now, m)
}

// watchedLines are lines whose driver stamps edges. They are delivered with the kernel's
// times, which the loop converts: it notices first if the machine was suspended.
type watchedLines struct {
	gpioext.EdgeWatch
	quick bool
}

func (w watchedLines) immediate() bool           { return w.quick }
func (w watchedLines) pollPeriod() time.Duration { return 0 }

// unstampedPins are pins of any other driver of periph. Each is read by polling, or has
// a goroutine that waits for its edges.
type unstampedPins struct {
	pins    []gpio.PinIO
	period  time.Duration
	stopped atomic.Bool
	waiters sync.WaitGroup
}

const (
	// defaultPollPeriod is used for pins that report no edges if neither they nor the
	// configuration have a period.
	defaultPollPeriod = 20 * time.Millisecond

	// edgeTimeout limits each WaitForEdge, so that a waiter notices that it was
	// stopped: for some drivers of periph Halt does not end the wait.
	edgeTimeout = 200 * time.Millisecond
)

func openPins(pins []gpio.PinIO, pull gpio.Pull, poll time.Duration, now func() scheduler.Instant, m *mailbox) (edgeSource, error) {
	u := &unstampedPins{pins: pins}
	for _, pin := range pins {
		if err := u.open(pin, pull, poll); err != nil {
			return nil, errors.Join(err, u.Close())
		}
	}
	if u.period == 0 {
		for i, pin := range pins {
			u.waiters.Go(func() { u.waitForEdges(i, pin, now, m) })
		}
	}
	return u, nil
}

// open makes a pin an input, with edges if it has them.
func (u *unstampedPins) open(pin gpio.PinIO, pull gpio.Pull, poll time.Duration) error {
	if polled, ok := pin.(gpioext.PolledPin); ok {
		u.period = max(u.period, polled.PollPeriod())
		return pin.In(pull, gpio.NoEdge)
	}
	if pin.In(pull, gpio.BothEdges) == nil && reportsEdges(pin) {
		return nil
	}
	u.period = max(u.period, poll)
	if err := pin.In(pull, gpio.NoEdge); err != nil {
		return fmt.Errorf("%s: %w", pin.Name(), err)
	}
	return nil
}

// reportsEdges reports whether WaitForEdge waits, as that of a pin without edges does
// not. Some drivers accept In with edges although they cannot detect them.
func reportsEdges(pin gpio.PinIO) bool {
	const timeout = 20 * time.Millisecond
	began := time.Now()
	return pin.WaitForEdge(timeout) || time.Since(began) >= timeout/2
}

// waitForEdges delivers the edges of a pin with the time at which WaitForEdge returned.
func (u *unstampedPins) waitForEdges(line int, pin gpio.PinIO, now func() scheduler.Instant, m *mailbox) {
	for !u.stopped.Load() {
		if pin.WaitForEdge(edgeTimeout) && !u.stopped.Load() {
			m.add(Edge{Line: line, Level: pin.Read(), At: now()})
			m.arrived.Set()
		}
	}
}

// Levels reads the pins one after the other.
func (u *unstampedPins) Levels() (levels uint64, err error) {
	for i, pin := range u.pins {
		level := Low
		if r, ok := pin.(gpioext.LevelReader); ok {
			level, err = r.ReadLevel()
		} else {
			level = pin.Read()
		}
		if err != nil {
			return 0, err
		}
		levels = withLevel(levels, i, level)
	}
	return levels, nil
}

func (u *unstampedPins) immediate() bool           { return false }
func (u *unstampedPins) pollPeriod() time.Duration { return u.period }

// Close releases the pins and waits until no edge is delivered any more.
func (u *unstampedPins) Close() error {
	u.stopped.Store(true)
	var errs []error
	for _, pin := range u.pins {
		errs = append(errs, pin.Halt())
	}
	u.waiters.Wait()
	return errors.Join(errs...)
}
