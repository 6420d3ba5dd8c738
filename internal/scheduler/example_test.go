package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ptvd/internal/scheduler"
)

// runVirtual runs an example in virtual time, so that it takes none.
func runVirtual(main scheduler.Func) {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	if err := loop.Run(main); err != nil {
		fmt.Println(err)
	}
}

// say prints a line with the time.
func say(t *scheduler.Task, what string) { fmt.Println(time.Duration(t.Now()), what) }

func Example() {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	err := loop.Run(func(t *scheduler.Task) error {
		t.Go("blink", func(t *scheduler.Task) error {
			for tick := range t.Every(500 * time.Millisecond) {
				say(t, fmt.Sprint("blink ", tick.N))
			}
			return nil // the loop ends, and cancels this task
		})
		return t.Sleep(1200 * time.Millisecond)
	})
	fmt.Println(err)
	// Output:
	// 0s blink 0
	// 500ms blink 1
	// 1s blink 2
	// <nil>
}

func ExampleEvent() {
	runVirtual(func(t *scheduler.Task) error {
		var pressed scheduler.Event
		t.Go("button", func(t *scheduler.Task) error {
			err := t.Sleep(time.Second)
			pressed.Set()
			return err
		})
		if err := pressed.Wait(t); err != nil {
			return err
		}
		pressed.Clear()
		say(t, "pressed")
		return nil
	})
	// Output: 1s pressed
}

func ExampleFlag() {
	loop := scheduler.New(scheduler.Options{}) // in real time, since another goroutine takes part
	loop.Run(func(t *scheduler.Task) error {
		readable := scheduler.NewFlag(loop)
		go readable.Set()
		if err := readable.Wait(t); err != nil {
			return err
		}
		fmt.Println("there is something to read")
		return nil
	})
	// Output: there is something to read
}

func ExampleLock() {
	runVirtual(func(t *scheduler.Task) error {
		var bus scheduler.Lock
		transfer := func(t *scheduler.Task) error {
			if err := bus.Lock(t); err != nil {
				return err
			}
			defer bus.Unlock(t)
			defer say(t, t.Name()+" has sent")
			return t.Sleep(time.Millisecond)
		}
		return t.Group(func(g *scheduler.Group) error {
			g.Go("clock", transfer)
			g.Go("panel", transfer)
			return nil
		})
	})
	// Output:
	// 1ms clock has sent
	// 2ms panel has sent
}

func ExampleSemaphore() {
	runVirtual(func(t *scheduler.Task) error {
		connections := scheduler.NewSemaphore(2)
		return t.Group(func(g *scheduler.Group) error {
			for _, name := range []string{"a", "b", "c"} {
				g.Go(name, func(t *scheduler.Task) error {
					if err := connections.Acquire(t); err != nil {
						return err
					}
					defer connections.Release()
					say(t, "fetch "+name)
					return t.Sleep(time.Second)
				})
			}
			return nil
		})
	})
	// Output:
	// 0s fetch a
	// 0s fetch b
	// 1s fetch c
}

func ExampleBarrier() {
	runVirtual(func(t *scheduler.Task) error {
		ready := scheduler.NewBarrier(2)
		return t.Group(func(g *scheduler.Group) error {
			for i, name := range []string{"left", "right"} {
				g.Go(name, func(t *scheduler.Task) error {
					t.Sleep(time.Duration(i+1) * time.Second) // they are ready at different times
					if err := ready.Wait(t); err != nil {
						return err
					}
					say(t, name+" starts")
					return nil
				})
			}
			return nil
		})
	})
	// Output:
	// 2s right starts
	// 2s left starts
}

func ExampleQueue() {
	runVirtual(func(t *scheduler.Task) error {
		frames := scheduler.NewQueue[string](1)
		t.Go("draw", func(t *scheduler.Task) error {
			for _, frame := range []string{"first", "second", "third"} {
				if err := frames.Put(t, frame); err != nil { // waits while the panel is busy
					return err
				}
				say(t, "drawn: "+frame)
			}
			return nil
		})
		for range 3 {
			frame, err := frames.Get(t)
			if err != nil {
				return err
			}
			t.Sleep(10 * time.Millisecond)
			say(t, "sent: "+frame)
		}
		return nil
	})
	// Output:
	// 0s drawn: first
	// 0s drawn: second
	// 10ms sent: first
	// 10ms drawn: third
	// 20ms sent: second
	// 30ms sent: third
}

func ExampleGather() {
	runVirtual(func(t *scheduler.Task) error {
		ask := func(server string, replies time.Duration) func(*scheduler.Task) (string, error) {
			return func(t *scheduler.Task) (string, error) { return server, t.Sleep(replies) }
		}
		servers, err := scheduler.Gather(t, ask("slow", 30*time.Millisecond), ask("fast", 10*time.Millisecond))
		say(t, fmt.Sprint(servers, err))
		return nil
	})
	// Output: 30ms [slow fast] <nil>
}

func ExampleAwait() {
	runVirtual(func(t *scheduler.Task) error {
		read := func(context.Context) (string, error) { return "21.4 °C", nil } // may block
		reading, err := scheduler.Await(t, read)
		fmt.Println(reading, err)
		return nil
	})
	// Output: 21.4 °C <nil>
}

func ExampleTask_Group() {
	runVirtual(func(t *scheduler.Task) error {
		err := t.Group(func(g *scheduler.Group) error {
			g.Go("panel", func(t *scheduler.Task) error {
				err := t.Sleep(time.Hour)
				say(t, fmt.Sprint("panel: ", err))
				return err
			})
			g.Go("lamp", func(t *scheduler.Task) error {
				t.Sleep(time.Second)
				return errors.New("no bulb")
			})
			return nil
		})
		say(t, fmt.Sprint("group: ", err))
		return nil
	})
	// Output:
	// 1s panel: cancelled
	// 1s group: no bulb
}

// A page is fetched from two servers, each within two seconds, all within three. The
// second server is interrupted by the outer time-out: for the inner one that is a
// cancel from outside, which it returns as such, and the outer one turns it into its
// own ErrTimeout.
func ExampleTask_Timeout_nested() {
	runVirtual(func(t *scheduler.Task) error {
		fetch := func(server string) error {
			err := t.Timeout(2*time.Second, func() error { return t.Sleep(time.Hour) }) // it does not reply
			say(t, fmt.Sprint(server, ": ", err))
			return err
		}
		err := t.Timeout(3*time.Second, func() error {
			if err := fetch("first"); !errors.Is(err, scheduler.ErrTimeout) {
				return err
			}
			return fetch("second")
		})
		say(t, fmt.Sprint("page: ", err))
		return nil
	})
	// Output:
	// 2s first: timed out
	// 3s second: cancelled
	// 3s page: timed out
}

// A cancel can be handled: the task fades the lamp out before it ends.
func ExampleTask_Cancel() {
	runVirtual(func(t *scheduler.Task) error {
		lamp := t.Go("lamp", func(t *scheduler.Task) error {
			err := t.Sleep(time.Hour)
			if errors.Is(err, scheduler.ErrCancelled) {
				t.Sleep(time.Second) // cleaning up may await
				say(t, "lamp is off")
			}
			return err
		})
		t.Sleep(time.Second)
		lamp.Cancel()
		say(t, fmt.Sprint(t.Join(lamp)))
		return nil
	})
	// Output:
	// 2s lamp is off
	// 2s the joined task was cancelled: lamp
}
