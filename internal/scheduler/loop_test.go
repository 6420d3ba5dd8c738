package scheduler_test

import (
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

func TestTicksKeepTheirPhaseWhateverTheTurnsTake(t *testing.T) {
	clock := scheduler.NewVirtualClock(0)
	loop := scheduler.New(scheduler.Options{Clock: clock})
	var ticks int
	err := loop.Run(func(t *scheduler.Task) error {
		for tick := range t.Every(100 * time.Millisecond) {
			ticks++
			if tick.N == 599 {
				break
			}
			if err := t.Sleep(30 * time.Millisecond); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || ticks != 600 || clock.Now() != scheduler.Instant(59900*time.Millisecond) {
		t.Fatalf("got %v after %d ticks at %v; want 600 ticks, the last at 59.9 s", err, ticks, clock.Now())
	}
}
