package sim

import "ptvd/internal/gpio"

// output is an open output line.
type output struct {
	board  *Board
	pin    *pin
	closed bool
}

// OpenOutput opens an output line that starts at a level.
func (b *Board) OpenOutput(name string, first gpio.Level) (gpio.Output, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, err := b.findPin(name)
	if err != nil {
		return nil, err
	}
	if err := p.claim("an output"); err != nil {
		return nil, err
	}
	p.output, p.level = true, first
	return &output{board: b, pin: p}, nil
}

// Set drives the line.
func (o *output) Set(level gpio.Level) error {
	o.board.mu.Lock()
	defer o.board.mu.Unlock()
	if o.closed {
		return closedError(o.pin.name)
	}
	o.pin.level = level
	return nil
}

// Close releases the line, which keeps its level until it is opened again.
func (o *output) Close() error {
	o.board.mu.Lock()
	defer o.board.mu.Unlock()
	if !o.closed {
		o.closed = true
		o.pin.consumer = ""
	}
	return nil
}
