package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Command is what a client asks the daemon to do.
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

// maxCommand limits a command, in bytes; maxDetents limits a turn.
const (
	maxCommand = 1 << 10
	maxDetents = 20
)

// readCommand decodes and validates one command.
func readCommand(from io.Reader) (c Command, err error) {
	d := json.NewDecoder(from)
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return Command{}, fmt.Errorf("invalid command: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Command{}, errors.New("invalid command: data after the JSON object")
	}
	switch {
	case !slices.Contains(verbs, c.Do):
		return Command{}, fmt.Errorf("unknown command %.20q", c.Do)
	case len(c.Name) > 64:
		return Command{}, errors.New("name too long (limit 64 bytes)")
	case c.Do == Turn && (c.Amount != float64(int(c.Amount)) || c.Amount < -maxDetents || c.Amount > maxDetents):
		return Command{}, fmt.Errorf("amount must be a whole number from -%[1]d to %[1]d", maxDetents)
	}
	return c, nil
}
