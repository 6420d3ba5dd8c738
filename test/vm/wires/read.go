package wires

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// ErrNothing is in the error where nothing more happened in the time given.
var ErrNothing = errors.New("nothing more happened on the wires")

// Next returns the next event.
func (w *Wires) Next(within time.Duration) (Event, error) {
	if len(w.ahead) > 0 {
		e := w.ahead[0]
		w.ahead = w.ahead[1:]
		return e, nil
	}
	for deadline := time.Now().Add(within); ; {
		e, err := w.read(deadline)
		if err != nil {
			return nil, err
		}
		switch e.(type) {
		case mark, played: // between the test and the module
		default:
			return e, nil
		}
	}
}

// Await returns the next event of a type for which match holds (nil: the next of
// the type), and passes over all others.
func Await[E Event](w *Wires, within time.Duration, match func(E) bool) (E, error) {
	passed := 0
	for deadline := time.Now().Add(within); ; passed++ {
		e, err := w.Next(time.Until(deadline))
		if err != nil {
			var none E
			return none, fmt.Errorf("no such %T within %v, but %d other events: %w", none, within, passed, err)
		}
		if wanted, ok := e.(E); ok && (match == nil || match(wanted)) {
			return wanted, nil
		}
	}
}

// Drain returns all events up to now: what has happened when it is called is in
// them, and nothing that happens later.
func (w *Wires) Drain() ([]Event, error) {
	w.marks++
	if err := w.command("mark %d", w.marks); err != nil {
		return nil, err
	}
	if _, err := w.until(time.Minute, func(e Event) bool { m, ok := e.(mark); return ok && m.number == w.marks }); err != nil {
		return nil, err
	}
	all := w.ahead
	w.ahead = nil
	return all, nil
}

// until reads up to an event for which the function holds, and keeps those before
// it for others.
func (w *Wires) until(within time.Duration, is func(Event) bool) (Event, error) {
	for deadline := time.Now().Add(within); ; {
		e, err := w.read(deadline)
		if err != nil {
			return nil, err
		}
		if is(e) {
			return e, nil
		}
		w.ahead = append(w.ahead, e)
	}
}

// read reads an event. A line of which a part has come by the deadline is kept.
func (w *Wires) read(deadline time.Time) (Event, error) {
	if err := w.device.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	part, err := w.in.ReadBytes('\n')
	w.partial = append(w.partial, part...)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, ErrNothing
	}
	if err != nil {
		return nil, fmt.Errorf("the wires: %w", err)
	}
	line := string(w.partial[:len(w.partial)-1])
	w.partial = w.partial[:0]
	return parse(line)
}
