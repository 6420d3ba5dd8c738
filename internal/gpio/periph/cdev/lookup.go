package cdev

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"

	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/gpio/periph/devfile"
)

// kernel is the kernel's GPIO interface.
type kernel struct {
	chips   func() []Chip
	request requester
}

// consumer is the label of our requests, which other programs see.
const consumer = "ptvd"

// open requests lines of one chip, and returns them with their offsets on it. The chips
// are read again each time, since one may have been added, removed or renumbered.
func (k *kernel) open(names []string, request uapi.LineRequest) (handle, []uint32, error) {
	if len(names) == 0 || len(names) > uapi.LinesMax {
		return nil, nil, fmt.Errorf("%d lines: a request has 1 to %d", len(names), uapi.LinesMax)
	}
	chip, offsets, err := find(k.chips(), names)
	if err != nil {
		return nil, nil, err
	}
	request.Lines = uint32(copy(request.Offsets[:], offsets))
	copy(request.Consumer[:], consumer)
	h, err := k.request(chip.Path, &request)
	if errno := unix.Errno(0); errors.As(err, &errno) && request.EventBufferSize > 0 && slices.Contains(noInterrupts, errno) {
		return nil, nil, fmt.Errorf("%s: %w: %w", strings.Join(names, ", "), gpioext.ErrNoEdges, err)
	}
	if err != nil {
		return nil, nil, k.explain(err, chip, names, offsets)
	}
	return h, offsets, nil
}

// noInterrupts are the errors of a request for edges of a chip without interrupts: ENXIO
// if its driver has none (gpiod_to_irq in drivers/gpio/gpiolib.c), EINVAL if its
// interrupts do not report both edges, and what some drivers return in place of these.
// 524 is the kernel's own ENOTSUPP.
var noInterrupts = []unix.Errno{unix.ENXIO, unix.EINVAL, unix.EOPNOTSUPP, 524}

// find returns the chip of the lines and their offsets on it.
func find(chips []Chip, names []string) (*Chip, []uint32, error) {
	offsets := make([]uint32, len(names))
	var on *Chip
	for i, name := range names {
		c, line := Lookup(chips, name)
		switch {
		case c == nil:
			return nil, nil, unknown(chips, name)
		case on != nil && c != on:
			return nil, nil, fmt.Errorf("%s is a line of %s and %s one of %s: lines that are opened together must be on one chip", names[0], on.Label, name, c.Label)
		case slices.Contains(offsets[:i], uint32(line.Offset)):
			return nil, nil, fmt.Errorf("%s is named twice", name)
		}
		on, offsets[i] = c, uint32(line.Offset)
	}
	return on, offsets, nil
}

// Lookup returns the line with a name and its chip, nil if there is none.
func Lookup(chips []Chip, name string) (*Chip, *Line) {
	for i := range chips {
		for j := range chips[i].Lines {
			if name != "" && chips[i].Lines[j].Name == name {
				return &chips[i], &chips[i].Lines[j]
			}
		}
	}
	return nil, nil
}

// Check returns an error if no line has a name.
func Check(chips []Chip, name string) error {
	if c, _ := Lookup(chips, name); c == nil {
		return unknown(chips, name)
	}
	return nil
}

// unknown explains why there is no line with a name.
func unknown(chips []Chip, name string) error {
	for _, like := range []string{strings.ToUpper(name), "GPIO" + name} {
		if c, _ := Lookup(chips, like); c != nil {
			return fmt.Errorf("no GPIO line is named %s: did you mean %s?", name, like)
		}
	}
	for _, c := range chips {
		if c.err != nil {
			return fmt.Errorf("no GPIO line is named %s on the chips that could be read: %w", name, c.err)
		}
	}
	if len(chips) == 0 {
		return fmt.Errorf("no GPIO line is named %s: this machine has no GPIO chip", name)
	}
	return fmt.Errorf("no GPIO line is named %s: `ptvd pins` lists the lines", name)
}

// explain adds to an error of a request which line is busy and who holds it, or what
// else to do.
func (k *kernel) explain(err error, chip *Chip, names []string, offsets []uint32) error {
	if errors.Is(err, unix.EBUSY) {
		chips := k.chips()
		for i, name := range names {
			c, line := Lookup(chips, name)
			if c == nil || uint32(line.Offset) != offsets[i] || !line.Used {
				continue
			}
			return fmt.Errorf("%s: %w (held by %s); stop %[3]s or use another pin", name, unix.EBUSY, line.Holder())
		}
	}
	return fmt.Errorf("%s: %w", strings.Join(names, ", "), devfile.Explain(chip.Path, err))
}
