package periph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
)

// open asks the kernel for lines of one chip, and returns them with their offsets on
// it. The chips are looked at anew each time, since one may have come, gone or
// changed its number.
func (b *Board) open(names []string, request uapi.LineRequest) (handle, []uint32, error) {
	if len(names) == 0 || len(names) > uapi.LinesMax {
		return nil, nil, fmt.Errorf("%d lines cannot be opened together: 1 to %d can", len(names), uapi.LinesMax)
	}
	chip, offsets, err := find(b.chips(), names)
	if err != nil {
		return nil, nil, err
	}
	request.Lines = uint32(copy(request.Offsets[:], offsets))
	copy(request.Consumer[:], "ptvd")
	h, err := b.request(chip.Path, &request)
	if err != nil {
		return nil, nil, b.explain(err, chip, names, offsets)
	}
	return h, offsets, nil
}

// find returns the chip that has all of the lines, and where.
func find(chips []Chip, names []string) (*Chip, []uint32, error) {
	offsets := make([]uint32, len(names))
	var on *Chip
	for i, name := range names {
		c, line := Lookup(chips, name)
		switch {
		case c == nil:
			return nil, nil, unknown(chips, name)
		case on != nil && c != on:
			return nil, nil, fmt.Errorf("%s is a line of %s and %s of %s: lines that are opened together must be on one chip", names[0], on.Label, name, c.Label)
		case slices.Contains(offsets[:i], uint32(line.Offset)):
			return nil, nil, fmt.Errorf("%s is named twice", name)
		}
		on, offsets[i] = c, uint32(line.Offset)
	}
	return on, offsets, nil
}

// Lookup returns the line of a name and its chip; nil: there is none.
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

// unknown says why there is no such line, as far as can be told.
func unknown(chips []Chip, name string) error {
	for _, like := range []string{strings.ToUpper(name), "GPIO" + name} {
		if c, _ := Lookup(chips, like); c != nil {
			return fmt.Errorf("no GPIO line is named %s: did you mean %s?", name, like)
		}
	}
	for _, c := range chips {
		if c.why != nil {
			return fmt.Errorf("no GPIO line is named %s among those that can be seen: %w", name, c.why)
		}
	}
	if len(chips) == 0 {
		return fmt.Errorf("no GPIO line %s: this machine has no GPIO chip", name)
	}
	return fmt.Errorf("no GPIO line is named %s: `ptvd pins` lists those that are", name)
}

// explain says who holds a line that is busy, and what to do about other errors.
func (b *Board) explain(err error, chip *Chip, names []string, offsets []uint32) error {
	if errors.Is(err, unix.EBUSY) {
		chips := b.chips()
		for i, name := range names {
			c, line := Lookup(chips, name)
			if c == nil || uint32(line.Offset) != offsets[i] || !line.Used {
				continue
			}
			return fmt.Errorf("%s: %w (held by %s); stop %[3]s or use another pin", name, unix.EBUSY, line.Holder())
		}
	}
	if errors.Is(err, unix.ENXIO) {
		return fmt.Errorf("%s: %s has no interrupts, so that it cannot tell edges: take a line of the header: %w", strings.Join(names, ", "), chip.Label, err)
	}
	return fmt.Errorf("%s: %w", strings.Join(names, ", "), advise(chip.Path, err))
}
