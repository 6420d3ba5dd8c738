package periph

import (
	"fmt"
	"sync"

	pgpio "periph.io/x/conn/v3/gpio"
	"periph.io/x/host/v3/gpioioctl"

	"ptvd/internal/gpio"
)

// OpenOutput opens an output line. A line that starts High is low for some
// microseconds first: periph.io cannot give the kernel a level together with the
// request. What becomes of the line after Close is up to its pin controller; on a
// Raspberry Pi it keeps its level or becomes an input, by the kernel's age.
func (b *Board) OpenOutput(name string, first gpio.Level) (gpio.Output, error) {
	set, _, err := b.request(gpioioctl.LineOutput, pgpio.NoEdge, pgpio.PullNoChange, name)
	if err != nil {
		return nil, err
	}
	o := &output{name: name, set: set}
	if err := o.Set(first); err != nil {
		_ = o.Close()
		return nil, err
	}
	return o, nil
}

// output is a line set of one line.
type output struct {
	name string
	mu   sync.Mutex
	set  lineSet // nil once closed; then its file descriptor is another's
}

func (o *output) Set(level gpio.Level) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.set == nil {
		return fmt.Errorf("%s: %w", o.name, errClosed)
	}
	const line = 1
	var bits pgpio.GPIOValue
	if level {
		bits = line
	}
	if err := o.set.Out(bits, line); err != nil {
		return fmt.Errorf("%s: %w", o.name, err)
	}
	return nil
}

func (o *output) Close() error { return closeSoon(o.name, o.shut) }

func (o *output) shut() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.set == nil {
		return nil
	}
	set := o.set
	o.set = nil
	return set.Close()
}
