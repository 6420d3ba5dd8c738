package gpio

import (
	"fmt"
	"sync"
)

// Claims says which instance holds which name of a board.
type Claims struct {
	mu     sync.Mutex
	owners map[string]string
}

// NewClaims returns an empty list.
func NewClaims() *Claims { return &Claims{owners: map[string]string{}} }

func (c *Claims) take(name, owner string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	name = Canonical(name)
	if holder, taken := c.owners[name]; taken && holder != owner {
		return fmt.Errorf("%s is in use by %s: give %s another one", name, holder, owner)
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
