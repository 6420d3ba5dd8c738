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
//   - [Lock], [Semaphore], [Queue], [Flag] and [Barrier] serve tasks in the order
//     of their arrival, without barging. A cancelled waiter leaves no trace, and a
//     turn that comes together with the cancel goes to the next task.
//   - Work that blocks (HTTP, DNS, a slow ioctl) runs beside the loop through
//     [Await]; its result comes back on the loop.
//   - Other goroutines reach the loop only through [Loop.Post] and [Flag]. Other
//     calls from there are detected where a task is concerned (see OnMisuse).
//   - A task that holds a [Lock] is urgent while an urgent task waits for it.
//   - Time is monotonic: steps of the wall clock have no effect.
//
// # Cancellation
//
// [Task.Cancel], the end of a [Task.Timeout] and the failure of a child of a
// [Task.Group] interrupt a part of a task: all of it, the work of the time-out, the
// body of the group. All follow one rule:
//
//   - The interruption is delivered once, as [ErrCancelled], by the await at which
//     the task waits, or by its next one. Several that come before the delivery are
//     one: that of the outermost part, which contains the others.
//   - Code that receives an ErrCancelled returns it, or has handled it and may go on
//     to await. A part that was interrupted is cut off, not marked: its later awaits
//     work, so that it can clean up.
//   - A Timeout returns ErrTimeout if its own interruption is the only one that was
//     delivered inside it. The cancel of an outer part remains an ErrCancelled.
//   - A Group that receives an interruption passes it on to its children. A failure
//     outranks it: the group returns the failure, and its caller, which has not seen
//     the interruption, receives it at its next await, whether or not that would
//     wait. The same holds if the body of the group has returned the ErrCancelled.
//     So a cancel can be handled, but not lost behind an error.
//   - When the interrupted part returns before that next await, the interruption has
//     achieved its purpose and is dropped.
//   - The range of [Task.Every] ends, which is how it delivers an interruption. It
//     also ends if an await in the body of the range received one of an outer part
//     and the error was ignored.
//   - [Task.Join] of a task that another one has cancelled returns
//     [ErrTaskCancelled], since the waiting task itself was not.
//
// The package knows nothing of boards or plugins.
package scheduler
