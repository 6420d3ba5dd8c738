package hwcheck

import (
	"time"

	"ptvd/internal/gpio"
)

// settling is a board whose input lines have come to rest before they are read for
// the first time: a pull through 50 kΩ charges the 100 nF of a filter in 5 ms. What
// reads as pressed then is.
type settling struct{ gpio.Backend }

const settlingTime = 25 * time.Millisecond

// OpenLines runs beside the loop, and so may sleep.
func (s settling) OpenLines(names []string, pull gpio.Pull, deliver func(gpio.Edge), overflow func()) (gpio.Lines, error) {
	lines, err := s.Backend.OpenLines(names, pull, deliver, overflow)
	if err == nil {
		time.Sleep(settlingTime)
	}
	return lines, err
}
