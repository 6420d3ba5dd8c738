package web

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestConcurrentRequestsShareOneSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c := newSnapshotCache(func(context.Context) (State, error) {
			asked++
			time.Sleep(time.Millisecond)
			return State{}, nil
		})
		for range 16 {
			go c.snapshot(t.Context())
		}
		synctest.Wait()
		c.snapshot(t.Context())
		if asked != 1 {
			t.Errorf("the loop made %d snapshots", asked)
		}
		time.Sleep(maxSnapshotAge)
		if c.snapshot(t.Context()); asked != 2 {
			t.Error("the snapshot did not expire")
		}
	})
}
