package gpio

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// errInUse is why a part is not released yet.
var errInUse = errors.New("a call of its driver has not returned")

// guard serializes the calls of a part, and makes those after Close errors: periph's own
// ports panic then.
type guard struct {
	name     string
	release  func() error // called once, after Close
	mu       sync.Mutex   // held during a call
	closed   atomic.Bool
	released bool // guarded by mu
}

// lock begins a call, which ends with unlock.
func (g *guard) lock() error {
	if err := g.check(); err != nil {
		return err // at once, even if a call hangs
	}
	g.mu.Lock()
	err := g.check()
	if err != nil {
		g.unlock()
	}
	return err
}

// unlock ends a call. If Close was called meanwhile, it releases the part.
func (g *guard) unlock() {
	g.mu.Unlock()
	if g.closed.Load() {
		_ = g.tryRelease() // errInUse: another call releases it
	}
}

// check returns an error if the part was closed.
func (g *guard) check() error {
	if g.closed.Load() {
		return fmt.Errorf("%s: %w", g.name, os.ErrClosed)
	}
	return nil
}

// Close rejects further calls and releases the part. During a call, which may hang, it
// returns an error instead of waiting, and the part is released when the call returns.
// Once the part is released, Close does nothing.
func (g *guard) Close() error {
	g.closed.Store(true)
	if err := g.tryRelease(); err != nil {
		return fmt.Errorf("%s: %w", g.name, err)
	}
	return nil
}

func (g *guard) tryRelease() error {
	if !g.mu.TryLock() {
		return errInUse
	}
	defer g.mu.Unlock()
	if g.released {
		return nil
	}
	g.released = true
	return g.release()
}
