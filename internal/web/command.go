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
	Action string  `json:"action,omitempty"` // to call: instance.action
	Arg    string  `json:"arg,omitempty"`    // of the action
	Times  int     `json:"times,omitempty"`  // how often it is called, 1 to 20; 0 means once
	Name   string  `json:"name,omitempty"`   // of a fault
	Amount float64 `json:"amount,omitempty"` // the speed of time
}

// The verbs of a Command.
const (
	Call  = "call"  // calls an action of an instance
	Renew = "renew" // prolongs one that another action ends
	Break = "break" // causes a fault of the world …
	Mend  = "mend"  // … and ends it
	Speed = "speed" // changes the speed of time
)

const (
	maxCommand = 5 << 10 // of a body, in bytes: a message to a panel is the longest
	maxName    = 64      // in bytes
	maxTimes   = 20
)

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
	case !slices.Contains([]string{Call, Renew, Break, Mend, Speed}, c.Do):
		return Command{}, fmt.Errorf("unknown command %.20q; use call, renew, break, mend or speed", c.Do)
	case len(c.Name) > maxName || len(c.Action) > 2*maxName:
		return Command{}, fmt.Errorf("name too long (limit %d bytes)", maxName)
	case c.Times < 0 || c.Times > maxTimes:
		return Command{}, fmt.Errorf("times must be from 1 to %d", maxTimes)
	}
	return c, nil
}
