package scheduler_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/quick"
	"testing/synctest"
	"time"

	"ptvd/internal/scheduler"
)

// realClocks are the clocks of real time.
var realClocks = map[string]func() scheduler.Clock{
	"system": scheduler.NewSystemClock,
	"timer":  func() scheduler.Clock { return scheduler.NewTimerClock() },
}

func TestASleepNeverEndsEarlyOnAClockOfRealTime(t *testing.T) {
	for name, newClock := range realClocks {
		t.Run(name, func(t *testing.T) {
			loop := scheduler.New(scheduler.Options{Clock: newClock()})
			loop.Run(func(task *scheduler.Task) error {
				neverEarly := func(micros uint16) bool {
					d := time.Duration(micros%3000) * time.Microsecond
					start, mono := task.Now(), time.Now()
					task.Sleep(d)
					return task.Now().Sub(start) >= d && time.Since(mono) >= d
				}
				if err := quick.Check(neverEarly, &quick.Config{MaxCount: 100}); err != nil {
					t.Error(err)
				}
				return nil
			})
		})
	}
}

// The clock's contract: a Wake before or during a Wait ends it. Timers that fire
// at about the same moment are there to hide one.
func TestNoWakeIsLostBetweenShortTimers(t *testing.T) {
	const posts = 20_000
	for name, newClock := range realClocks {
		t.Run(name, func(t *testing.T) {
			loop := scheduler.New(scheduler.Options{Clock: newClock()})
			answer := make(chan struct{})
			var poster sync.WaitGroup
			loop.Run(func(task *scheduler.Task) error {
				task.Go("timers", func(t *scheduler.Task) error {
					for i := 0; ; i++ {
						if err := t.Sleep(time.Duration(i%20) * time.Microsecond); err != nil {
							return err
						}
						if i%8 == 0 {
							t.SleepUntil(t.Now().Add(200 * time.Microsecond)) // let the loop wait now and then
						}
					}
				})
				var all scheduler.Event
				poster.Go(func() {
					for range posts {
						loop.Post(func() { answer <- struct{}{} })
						<-answer // a lost wake-up would hang here
					}
					loop.Post(all.Set)
				})
				return all.Wait(task)
			})
			poster.Wait()
		})
	}
}

// Each post comes a little later after the loop has begun to wait than the
// one before. No timer makes up for a wake-up that is lost in between.
func TestAPostWhileTheLoopIsAboutToWaitIsNotLost(t *testing.T) {
	const posts = 20_000
	for name, newClock := range realClocks {
		t.Run(name, func(t *testing.T) {
			loop := scheduler.New(scheduler.Options{Clock: newClock()})
			var answered atomic.Int64
			var stop atomic.Bool
			loop.Run(func(task *scheduler.Task) error {
				var all scheduler.Event
				go func() {
					for i := int64(1); i <= posts; i++ {
						loop.Post(func() { answered.Store(i) })
						for answered.Load() < i && !stop.Load() {
							runtime.Gosched()
						}
						for until := answered.Load() + i%512; i < until; until-- {
							answered.Load() // some nanoseconds
						}
					}
					loop.Post(all.Set)
				}()
				if task.Timeout(20*time.Second, func() error { return all.Wait(task) }) != nil {
					t.Errorf("post %d was not answered", answered.Load()+1)
				}
				stop.Store(true)
				return nil
			})
		})
	}
}

func TestAWakeBeforeAWaitEndsOnlyThatWait(t *testing.T) {
	for name, newClock := range realClocks {
		t.Run(name, func(t *testing.T) {
			clock := newClock()
			defer clock.Close()
			clock.Wake()
			if _, err := clock.Wait(scheduler.Never); err != nil { // or it hangs
				t.Error(err)
			}
			due := clock.Now().Add(time.Millisecond)
			if now, err := clock.Wait(due); err != nil || now < due {
				t.Errorf("it ended the next Wait, too (%v)", err)
			}
		})
	}
}

func TestTheTimerClockFollowsTheTimeOfASynctestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		loop := scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()})
		ticks := 0
		loop.Run(func(task *scheduler.Task) error {
			for range task.Every(100 * ms) {
				if ticks++; ticks == 601 {
					break
				}
			}
			return nil
		})
		if took := time.Since(start); took != time.Minute {
			t.Errorf("600 ticks of 100 ms took %v", took)
		}
	})
}

func TestInstantsDoNotOverflow(t *testing.T) {
	if late := scheduler.Instant(1).Add(1<<63 - 1); late != scheduler.Never {
		t.Errorf("got %d", late)
	}
	virtual(t, func(task *scheduler.Task) error {
		task.Sleep(ms)
		if err := task.Timeout(1<<63-1, func() error { return task.Sleep(ms) }); err != nil {
			t.Error(err)
		}
		return nil
	})
}
