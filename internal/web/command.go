package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Command is something that a browser asks to be done.
type Command struct {
	Do     string  `json:"do"`               // one of the verbs below
	Name   string  `json:"name,omitempty"`   // of an instance, or of a fault
	Amount float64 `json:"amount,omitempty"` // detents, or the speed of time
}

// The verbs of a Command.
const (
	Press   = "press"   // the button of an instance goes down …
	Release = "release" // … and comes up
	Turn    = "turn"    // the knob of an instance, by so many detents; above zero: clockwise
	Break   = "break"   // a fault of the world begins …
	Mend    = "mend"    // … and ends
	Speed   = "speed"   // time runs so fast
)

var verbs = []string{Press, Release, Turn, Break, Mend, Speed}

// maxCommand bounds a command, in bytes; maxDetents, a turn.
const (
	maxCommand = 1 << 10
	maxDetents = 20
)

// readCommand reads one command and refuses what is not one.
func readCommand(from io.Reader) (c Command, err error) {
	d := json.NewDecoder(from)
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return Command{}, fmt.Errorf("this is no command in JSON: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Command{}, errors.New("one command at a time")
	}
	switch {
	case !slices.Contains(verbs, c.Do):
		return Command{}, fmt.Errorf("nobody knows how to %.20q", c.Do)
	case len(c.Name) > 64:
		return Command{}, errors.New("no name is as long as that")
	case c.Do == Turn && (c.Amount != float64(int(c.Amount)) || c.Amount < -maxDetents || c.Amount > maxDetents):
		return Command{}, fmt.Errorf("a knob is turned by up to %d detents at a time", maxDetents)
	}
	return c, nil
}
