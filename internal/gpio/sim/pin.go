package sim

import "ptvd/internal/gpio"

// pin is one line of the header.
type pin struct {
	name     string
	consumer string // who opened it; empty if it is not open
	output   bool   // the board drives it, even after it was released
	level    gpio.Level
	driven   bool // the hardware outside drives it
	external gpio.Level
	pull     gpio.Pull
	duty     uint16

	request *request // of the open input lines that it belongs to
	index   int      // in the request
}

// now returns the line's electrical level.
func (p *pin) now() gpio.Level {
	switch {
	case p.output:
		return p.level
	case p.driven:
		return p.external
	}
	return p.pull == gpio.PullUp
}

// claim reserves the line for a consumer. A line has one at a time.
func (p *pin) claim(consumer string) error {
	if p.consumer != "" {
		return busyError(p.name, p.consumer)
	}
	p.consumer = consumer
	return nil
}

// Drive drives a line to a level, as a closed contact does.
func (b *Board) Drive(line string, level gpio.Level) {
	b.change(line, func(p *pin) { p.driven, p.external = true, level })
}

// Float stops driving a line, as an open contact does: its pull resistor decides its
// level.
func (b *Board) Float(line string) {
	b.change(line, func(p *pin) { p.driven = false })
}

// Level returns the electrical level of a line.
func (b *Board) Level(line string) gpio.Level {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pin(line).now()
}

// User returns who has a line open, empty if nobody has.
func (b *Board) User(line string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pin(line).consumer
}

// change changes a line from outside and queues the edge.
func (b *Board) change(line string, apply func(*pin)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.pin(line)
	before := p.now()
	apply(p)
	if after := p.now(); after != before && p.request != nil {
		p.request.add(gpio.Edge{Line: p.index, Level: after, At: b.loop.Now()})
	}
}
