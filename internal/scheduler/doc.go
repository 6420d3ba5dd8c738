// Package scheduler runs many small tasks on one loop, one at a time.
//
// A task is a straight-line function. It looks like the blocking version of
// itself and gives way only where it calls the task:
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
// # What holds
//
//   - Between two awaits nothing else runs: tasks share state with no locks.
//   - A sleep never ends early. Tasks run in the order in which they became
//     due, first in first out among equals; an urgent task that is due goes
//     before every ordinary one, and yet starves none (see Urgent).
//   - Every await is cancelled the same way: [Task.Cancel] delivers one
//     [ErrCancelled] at the innermost await. A task may handle it and go on.
//   - [Lock], [Semaphore], [Queue], [Flag] and [Barrier] serve in the order of
//     coming and nobody overtakes. A cancelled waiter leaves no trace, and a turn
//     that came together with the cancel goes to the next.
//   - Work that blocks (HTTP, DNS, a slow ioctl) runs beside the loop through
//     [Await]; its result comes back on the loop.
//   - Other goroutines reach the loop through [Loop.Post] and [Flag], and
//     through nothing else.
//   - Time is monotonic: steps of the wall clock move nothing here.
//
// The package knows nothing of boards or trains.
package scheduler
