package gpio

import (
	"fmt"
	"sync"
	"syscall"
)

// Claims records which instance uses which pin, port or bus address of a board, and
// counts the transfers.
type Claims struct {
	SPI, I2C, UART Counter

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
	c.owners[name] = owner
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
