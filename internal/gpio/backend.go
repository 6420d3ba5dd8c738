package gpio

import (
	"time"

	"ptvd/internal/scheduler"
)

// Level is the state of a line. Above a Backend it is logical: High means active.
type Level bool

// The two levels of a line.
const (
	Low  Level = false
	High Level = true
)

// Pull is the bias of an input line.
type Pull uint8

// The biases of an input line; the zero value leaves the line as it is.
const (
	PullNone Pull = iota
	PullUp
	PullDown
)

// Edge is a change of one of the lines that were opened together.
type Edge struct {
	Line  int // index in the names that were asked for
	Level Level
	At    scheduler.Instant // when it happened, not when it was noticed
}

// Backend is what a board is made of. Its methods may block, for udev or for a
// bus: they run beside the loop. All of them may be called from any goroutine.
type Backend interface {
	// OpenLines opens input lines together. It calls deliver for each edge of
	// any of them, in the kernel's order and from any goroutine, until the
	// lines are closed; and overflow whenever a queue of [QueueSize] edges was
	// full and lost some, or when edges can be had no more: the levels are read
	// then, and Read says why.
	OpenLines(names []string, pull Pull, deliver func(Edge), overflow func()) (Lines, error)

	// OpenOutput opens an output line that starts at a level.
	OpenOutput(name string, first Level) (Output, error)

	// OpenSPI opens a port in mode 0 with 8 bits a word, at hz clock cycles a
	// second.
	OpenSPI(name string, hz int64) (SPI, error)

	// OpenPWM opens a PWM output with a period; it starts at duty 0.
	OpenPWM(name string, period time.Duration) (PWM, error)

	// Close releases what the backend itself holds.
	Close() error
}

// Lines are input lines that were opened together.
type Lines interface {
	// Read returns the electrical level of a line now.
	Read(line int) (Level, error)
	// Close releases the lines; no edge is delivered afterwards.
	Close() error
}

// Output is a line that is driven. Closing it, or any part below, a second time
// does nothing; using it after Close is an error.
type Output interface {
	Set(Level) error
	// Close releases the line at the level it has.
	Close() error
}

// SPI is a port with one chip select. Its calls last as long as the transfer and
// belong beside the loop.
type SPI interface {
	// Tx sends packets, with chip select released after each, in one system
	// call. Together they may have MaxTx bytes.
	Tx(packets ...[]byte) error
	// MaxTx is the largest transfer in bytes, usually 4096.
	MaxTx() int
	Close() error
}

// PWM is an output with a duty cycle.
type PWM interface {
	// SetDuty sets the duty cycle, 0 (off) to 65535 (always on). It is short
	// enough to be called on the loop.
	SetDuty(duty uint16) error
	// Close releases the output at the duty cycle that it has.
	Close() error
}
