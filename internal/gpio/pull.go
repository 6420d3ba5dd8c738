package gpio

import (
	"errors"

	"periph.io/x/conn/v3/gpio"
)

// Pull is the bias of an input line, as it is written in a configuration.
type Pull uint8

// The biases of an input line. The zero value leaves the line as it is.
const (
	PullNone Pull = iota
	PullUp
	PullDown
)

var connPulls = [...]gpio.Pull{PullNone: gpio.PullNoChange, PullUp: gpio.PullUp, PullDown: gpio.PullDown}

var pullWords = [...]string{PullNone: "none", PullUp: "up", PullDown: "down"}

// UnmarshalText reads up, down or none.
func (p *Pull) UnmarshalText(text []byte) error {
	for pull, word := range pullWords {
		if string(text) == word {
			*p = Pull(pull)
			return nil
		}
	}
	return errors.New("not a pull resistor; write up, down or none")
}

// MarshalText writes the value the way UnmarshalText reads it.
func (p Pull) MarshalText() ([]byte, error) { return []byte(pullWords[p]), nil }
