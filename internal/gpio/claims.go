package gpio

import (
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"ptvd/internal/gpio/header"
)

// Claims is what the instances of one board share: which of them uses which pin, port or
// bus address, the number of transfers, and how often inputs without edges are read.
type Claims struct {
	SPI, I2C, UART Counter

	// Poll is the period in which pins are read that report no edges and have no period
	// of their own; 0: 20 ms.
	Poll time.Duration

	mu     sync.Mutex
	owners map[string]string
}

// NewClaims returns an empty record.
func NewClaims() *Claims { return &Claims{owners: map[string]string{}} }

func (c *Claims) take(name, owner string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	name = Canonical(name)
	if holder, held := c.owners[name]; held && holder != owner {
		return fmt.Errorf("%s: %w (held by %s); stop %s or give %s another one", name, syscall.EBUSY, holder, holder, owner)
	}
	if err := c.conflict(name); err != nil {
		return err
	}
	c.owners[name] = owner
	return nil
}

// conflict returns an error if a line belongs to a bus that is in use, or a bus needs a
// line that is. As a GPIO line it would be lost to the bus.
func (c *Claims) conflict(name string) error {
	for _, own := range header.This().BusLines(name) {
		if holder, held := c.owners[own.Line]; held {
			return fmt.Errorf("%s: %w: %s, its line %s, is held by %s; stop %s or use another line there", name, syscall.EBUSY, own.Line, own.Function, holder, holder)
		}
	}
	for held, holder := range c.owners {
		for _, its := range header.This().BusLines(held) {
			if its.Line == name {
				return fmt.Errorf("%s: %w (%s of %s, held by %s); use another line", name, syscall.EBUSY, its.Function, held, holder)
			}
		}
	}
	return nil
}

func (c *Claims) releaseAll(owner string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, holder := range c.owners {
		if holder == owner {
			delete(c.owners, name)
		}
	}
}

// Counter counts the successful transfers on ports or buses. Its methods may be called
// from any goroutine.
type Counter struct{ transfers, bytes atomic.Uint64 }

// Transfers returns the number of transfers: system calls, each with one packet or more.
// On a serial port these are its reads and writes.
func (c *Counter) Transfers() uint64 { return c.transfers.Load() }

// Bytes returns the number of bytes sent or received by them.
func (c *Counter) Bytes() uint64 { return c.bytes.Load() }

func (c *Counter) add(bytes int) {
	c.transfers.Add(1)
	c.bytes.Add(uint64(bytes))
}
