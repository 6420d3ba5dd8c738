package web

import (
	"context"
	"time"
)

// snapshotCache gives requests that come at about the same time the same snapshot,
// so that many clients cost the event loop no more than a few.
type snapshotCache struct {
	get     func(context.Context) (State, error)
	lock    chan struct{} // a mutex that can be awaited together with a context
	state   State
	expires time.Time
}

// maxSnapshotAge limits the age of a snapshot that is given to another request.
const maxSnapshotAge = 250 * time.Millisecond

func newSnapshotCache(get func(context.Context) (State, error)) *snapshotCache {
	return &snapshotCache{get: get, lock: make(chan struct{}, 1)}
}

// snapshot returns a state that the caller must not change.
func (c *snapshotCache) snapshot(ctx context.Context) (State, error) {
	select {
	case c.lock <- struct{}{}:
		defer func() { <-c.lock }()
	case <-ctx.Done():
		return State{}, ctx.Err()
	}
	// The monotonic clock stands still while the machine is suspended, the wall clock may be set.
	if now := time.Now(); now.Before(c.expires) && now.Round(0).Before(c.expires.Round(0)) {
		return c.state, nil
	}
	state, err := c.get(ctx)
	if err != nil {
		return State{}, err
	}
	c.state, c.expires = state, time.Now().Add(maxSnapshotAge)
	return state, nil
}
