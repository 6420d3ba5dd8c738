package sim

import (
	"time"

	conngpio "periph.io/x/conn/v3/gpio"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/scheduler"
)

// line is one line of the header, which every [Pin] of its name refers to.
type line struct {
	name     string
	consumer string // who opened it; empty if it is not open
	output   bool   // the board drives it, even after it was released
	level    gpio.Level
	driven   bool // the hardware outside drives it
	external gpio.Level
	pull     conngpio.Pull
	edgeless bool // its chip has no interrupts
	duty     uint16
	period   time.Duration // of the PWM output that runs; 0 if none does

	request *request // of WatchEdges
	index   int      // in the request
	pin     *Pin     // that holds it as an input or output
}

// now returns the line's electrical level.
func (l *line) now() gpio.Level {
	switch {
	case l.output:
		return l.level
	case l.driven:
		return l.external
	}
	return l.pull == conngpio.PullUp
}

// claim reserves the line for a consumer. A line has one at a time.
func (l *line) claim(consumer string) error {
	if l.consumer != "" {
		return busyError(l.name, l.consumer)
	}
	l.consumer = consumer
	return nil
}

// bias sets the pull resistor.
func (l *line) bias(pull conngpio.Pull) {
	if pull != conngpio.PullNoChange {
		l.pull = pull
	}
}

// Drive drives a line to a level, as a closed contact does.
func (b *Board) Drive(name string, level gpio.Level) {
	b.change(name, func(l *line) { l.driven, l.external = true, level })
}

// Float stops driving a line, as an open contact does: its pull resistor decides its
// level.
func (b *Board) Float(name string) {
	b.change(name, func(l *line) { l.driven = false })
}

// RemoveInterrupts makes a line behave as that of a chip without interrupts, such as a USB
// adapter's.
func (b *Board) RemoveInterrupts(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.line(name).edgeless = true
}

// Level returns the electrical level of a line.
func (b *Board) Level(name string) gpio.Level {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.line(name).now()
}

// User returns the consumer name of an open line; empty: it is not open.
func (b *Board) User(name string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.line(name).consumer
}

// change changes a line from outside and queues the edge.
func (b *Board) change(name string, apply func(*line)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.line(name)
	before := l.now()
	apply(l)
	after := l.now()
	if after == before {
		return
	}
	if l.request != nil {
		l.request.add(gpioext.Edge{Pin: l.index, Level: after, Time: b.loop.Now().Sub(scheduler.Instant(0))})
	}
	if l.pin != nil {
		l.pin.edge(after)
	}
}
