package sim

import "ptvd/internal/gpio"

// pin is one line of the header, seen from both sides.
type pin struct {
	name     string
	consumer string // who opened it, empty: nobody
	output   bool   // the board drives it, also after it was released
	level    gpio.Level
	driven   bool // the world outside drives it
	outside  gpio.Level
	pull     gpio.Pull
	duty     uint16

	request *request // the open input lines it belongs to
	index   int      // within the request
}

// now returns the line's electrical level.
func (p *pin) now() gpio.Level {
	switch {
	case p.output:
		return p.level
	case p.driven:
		return p.outside
	}
	return p.pull == gpio.PullUp
}

// claim takes the line for a consumer. A line has one at a time.
func (p *pin) claim(consumer string) error {
	if p.consumer != "" {
		return busyError(p.name, p.consumer)
	}
	p.consumer = consumer
	return nil
}

// Drive connects a line to a level, as a closed contact does.
func (b *Board) Drive(line string, level gpio.Level) {
	b.change(line, func(p *pin) { p.driven, p.outside = true, level })
}

// Float leaves a line to its pull, as an open contact does.
func (b *Board) Float(line string) {
	b.change(line, func(p *pin) { p.driven = false })
}

// Level returns a line's electrical level, whoever drives it.
func (b *Board) Level(line string) gpio.Level {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pin(line).now()
}

// User returns who holds a line, empty if nobody does.
func (b *Board) User(line string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pin(line).consumer
}

// change changes a line from outside and tells of the edge.
func (b *Board) change(line string, how func(*pin)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.pin(line)
	before := p.now()
	how(p)
	if after := p.now(); after != before && p.request != nil {
		p.request.add(gpio.Edge{Line: p.index, Level: after, At: b.loop.Now()})
	}
}
