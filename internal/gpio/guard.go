package gpio

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// guard serializes the calls of a part, and makes those after Close errors: periph's own
// ports panic then.
type guard struct {
	name   string
	mu     sync.Mutex // held during a call
	closed atomic.Bool
}

// lock begins a call, which ends with mu.Unlock.
func (g *guard) lock() error {
	g.mu.Lock()
	if err := g.check(); err != nil {
		g.mu.Unlock()
		return err
	}
	return nil
}

// check returns an error if the part was closed.
func (g *guard) check() error {
	if g.closed.Load() {
		return fmt.Errorf("%s: %w", g.name, os.ErrClosed)
	}
	return nil
}

// close rejects further calls, and releases the part after a call in progress. A second
// close does nothing.
func (g *guard) close(release func() error) error {
	if g.closed.Swap(true) {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return release()
}

// closeTimeout limits how long a part is closed, which takes microseconds unless its
// driver hangs. The whole daemon must stop within a second.
const closeTimeout = 250 * time.Millisecond

// closeAll closes parts at the same time, each with a time limit. A part whose driver
// hangs is closed when the driver returns.
func closeAll(parts map[string]func() error) (errs []error) {
	type result struct {
		name string
		err  error
	}
	results := make(chan result, len(parts))
	pending := map[string]bool{}
	for name, closePart := range parts {
		pending[name] = true
		go func() { results <- result{name, closePart()} }()
	}
	timeout := time.After(closeTimeout)
	for len(pending) > 0 {
		select {
		case r := <-results:
			delete(pending, r.name)
			errs = append(errs, r.err)
		case <-timeout:
			for name := range pending {
				errs = append(errs, fmt.Errorf("%s: not closed within %v: its driver hangs", name, closeTimeout))
			}
			return errs
		}
	}
	return errs
}
