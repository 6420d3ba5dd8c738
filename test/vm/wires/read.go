package wires

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// ErrTimeout means that there was no further event in the given time.
var ErrTimeout = errors.New("timeout: no further event")

// Next returns the next event.
func (w *Wires) Next(within time.Duration) (Event, error) {
	if len(w.queued) > 0 {
		e := w.queued[0]
		w.queued = w.queued[1:]
		return e, nil
	}
	for deadline := time.Now().Add(within); ; {
		e, err := w.read(deadline)
		if err != nil {
			return nil, err
		}
		switch e.(type) {
		case mark, played: // replies to commands
		default:
			return e, nil
		}
	}
}

// Await returns the next event of a type for which match returns true, or any of the
// type if match is nil, and skips all others.
func Await[E Event](w *Wires, within time.Duration, match func(E) bool) (E, error) {
	skipped := 0
	for deadline := time.Now().Add(within); ; skipped++ {
		e, err := w.Next(time.Until(deadline))
		if err != nil {
			var none E
			return none, fmt.Errorf("no such %T within %v, %d other events: %w", none, within, skipped, err)
		}
		if wanted, ok := e.(E); ok && (match == nil || match(wanted)) {
			return wanted, nil
		}
	}
}

// Drain returns the events that occurred before the call, and none that occur later.
func (w *Wires) Drain() ([]Event, error) {
	w.marks++
	if err := w.command("mark %d", w.marks); err != nil {
		return nil, err
	}
	if err := w.until(time.Minute, func(e Event) bool { m, ok := e.(mark); return ok && m.number == w.marks }); err != nil {
		return nil, err
	}
	all := w.queued
	w.queued = nil
	return all, nil
}

// until reads up to an event for which is returns true, and queues those before it.
func (w *Wires) until(within time.Duration, is func(Event) bool) error {
	for deadline := time.Now().Add(within); ; {
		e, err := w.read(deadline)
		if err != nil {
			return err
		}
		if is(e) {
			return nil
		}
		w.queued = append(w.queued, e)
	}
}

// read reads an event. It keeps a part of a line that arrived before the deadline.
func (w *Wires) read(deadline time.Time) (Event, error) {
	if err := w.device.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	part, err := w.in.ReadBytes('\n')
	w.partial = append(w.partial, part...)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, ErrTimeout
	}
	if err != nil {
		return nil, fmt.Errorf("read /dev/wires: %w", err)
	}
	line := string(w.partial[:len(w.partial)-1])
	w.partial = w.partial[:0]
	return parse(line)
}
