package periph

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	pgpio "periph.io/x/conn/v3/gpio"
	"periph.io/x/host/v3/gpioioctl"
)

// lineSet is what the board needs of periph.io's *gpioioctl.LineSet.
type lineSet interface {
	// WaitForEdge returns the offset of a line on its chip and its edge. Here,
	// unlike in the rest of periph.io, 0 waits for ever.
	WaitForEdge(timeout time.Duration) (offset int, edge pgpio.Edge, err error)
	Read(mask pgpio.GPIOValue) (pgpio.GPIOValue, error)
	Out(bits, mask pgpio.GPIOValue) error
	// Halt ends a wait that has begun. One that begins later does not see it.
	Halt() error
	Close() error
}

var _ lineSet = (*gpioioctl.LineSet)(nil)

// chip is a GPIO chip with the names of its lines by offset.
type chip struct {
	name, label, path string
	lines             []string
	request           func(gpioioctl.LineDir, pgpio.Edge, pgpio.Pull, ...string) (lineSet, error)
}

// chips returns the chips that periph.io could open, those of the header first.
// They are taken from its driver, not from its registry of pins, where a line may
// also stand as its sysfs twin.
func chips() []chip {
	var all []chip
	for _, c := range gpioioctl.Chips {
		names := make([]string, c.LineCount())
		for i, line := range c.Lines() {
			names[i] = line.Name()
		}
		all = append(all, chip{
			name: c.Name(), label: c.Label(), path: c.Path(), lines: names,
			request: func(dir gpioioctl.LineDir, edge pgpio.Edge, pull pgpio.Pull, names ...string) (lineSet, error) {
				set, err := c.LineSet(dir, edge, pull, names...)
				if err != nil {
					return nil, err // not set, a nil *gpioioctl.LineSet
				}
				return set, nil
			},
		})
	}
	return all
}

// request asks the kernel for lines of one chip and returns them with their
// offsets on it.
func (b *Board) request(dir gpioioctl.LineDir, edge pgpio.Edge, pull pgpio.Pull, names ...string) (lineSet, []int, error) {
	c, offsets, err := b.find(names)
	if err != nil {
		return nil, nil, err
	}
	set, err := c.request(dir, edge, pull, names...)
	if err != nil {
		return nil, nil, c.explain(err, names, offsets)
	}
	return set, offsets, nil
}

// find returns the chip that has all of the lines.
func (b *Board) find(names []string) (chip, []int, error) {
	if len(names) == 0 || len(names) > 64 {
		return chip{}, nil, fmt.Errorf("%d lines cannot be opened together: 1 to 64 can", len(names))
	}
	offsets := make([]int, len(names))
	var on *chip
	for i, name := range names {
		c, offset := b.lookup(name)
		switch {
		case c == nil:
			return chip{}, nil, b.unknown(name)
		case on != nil && c != on:
			return chip{}, nil, fmt.Errorf("%s is a line of %s and %s of %s: lines that are opened together must be on one chip", names[0], on.label, name, c.label)
		case slices.Contains(offsets[:i], offset):
			return chip{}, nil, fmt.Errorf("%s is named twice", name)
		}
		on, offsets[i] = c, offset
	}
	return *on, offsets, nil
}

// lookup returns the line of a name. Of two that bear the same name, periph.io
// calls the second gpiochip1-GPIO17 or so. Unnamed lines cannot be asked for: it
// requests line sets by name alone.
func (b *Board) lookup(name string) (*chip, int) {
	for i := range b.chips {
		if offset := slices.Index(b.chips[i].lines, name); offset >= 0 && name != "" {
			return &b.chips[i], offset
		}
	}
	return nil, 0
}

// unknown says why there is no such line, as far as can be told.
func (b *Board) unknown(name string) error {
	for _, like := range []string{strings.ToUpper(name), "GPIO" + name} {
		if c, _ := b.lookup(like); c != nil && like != name {
			return fmt.Errorf("no GPIO line is named %s: did you mean %s?", name, like)
		}
	}
	paths, _ := filepath.Glob("/dev/gpiochip*")
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("no GPIO line is named %s among those that can be seen: %w", name, advise(path, err))
		}
		f.Close()
	}
	if len(b.chips) == 0 {
		return fmt.Errorf("no GPIO line %s: this machine has no GPIO chip", name)
	}
	return fmt.Errorf("no GPIO line is named %s: `ptvd pins` lists those that are", name)
}
