package gpio

import "errors"

var pullWords = [...]string{PullNone: "none", PullUp: "up", PullDown: "down"}

// UnmarshalText reads up, down or none.
func (p *Pull) UnmarshalText(text []byte) error {
	for pull, word := range pullWords {
		if string(text) == word {
			*p = Pull(pull)
			return nil
		}
	}
	return errors.New("expected up, down or none")
}

// MarshalText writes the value the way UnmarshalText reads it.
func (p Pull) MarshalText() ([]byte, error) { return []byte(pullWords[p]), nil }
