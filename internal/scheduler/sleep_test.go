package scheduler_test

import (
	"fmt"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

func TestAStallIsMadeUpForByOneTick(t *testing.T) {
	const ms = time.Millisecond
	clock := scheduler.NewVirtualClock(0)
	var got string
	err := scheduler.New(scheduler.Options{Clock: clock}).Run(func(t *scheduler.Task) error {
		t.Go("stall", func(t *scheduler.Task) error {
			if err := t.Sleep(45 * ms); err != nil {
				return err
			}
			_, err := clock.Wait(t.Now().Add(60 * ms)) // time goes by within one step
			return err
		})
		for tick := range t.Every(30 * ms) {
			got += fmt.Sprintf("%d at %v (%d missed), ", tick.N, time.Duration(t.Now()), tick.Missed)
			if tick.N == 5 {
				break
			}
		}
		return nil
	})
	want := "0 at 0s (0 missed), 1 at 30ms (0 missed), 3 at 105ms (1 missed), 4 at 120ms (0 missed), 5 at 150ms (0 missed), "
	if err != nil || got != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
}
