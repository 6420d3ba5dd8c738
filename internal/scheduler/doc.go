// Package scheduler runs many small tasks on one loop, one at a time.
//
// A task is a function that reads like blocking code, and lets other tasks run
// only where it awaits something:
//
//	func blink(t *scheduler.Task) error {
//		for range t.Every(500 * time.Millisecond) {
//			led.Toggle()
//		}
//		return nil
//	}
//
//	loop := scheduler.New(scheduler.Options{})
//	err := loop.Run(func(t *scheduler.Task) error {
//		t.Go("blink", blink)
//		return t.Sleep(time.Minute)
//	})
//
// # Guarantees
//
//   - Between two awaits no other task runs: tasks share state without locks.
//   - A sleep never ends early. Tasks run in the order in which they became
//     due, first in first out among equals; an urgent task that is due runs
//     before every ordinary one, but cannot starve them (see Urgent).
//   - Every await is cancelled the same way: [Task.Cancel] delivers one
//     [ErrCancelled] at the innermost await. A task may handle it and continue.
//   - [Lock], [Semaphore], [Queue], [Flag] and [Barrier] serve tasks in the order
//     of their arrival, without barging. A cancelled waiter leaves no trace, and a
//     turn that comes together with the cancel goes to the next task.
//   - Work that blocks (HTTP, DNS, a slow ioctl) runs beside the loop through
//     [Await]; its result comes back on the loop.
//   - Other goroutines reach the loop only through [Loop.Post] and [Flag].
//   - Time is monotonic: steps of the wall clock have no effect.
//
// The package knows nothing of boards or plugins.
package scheduler
