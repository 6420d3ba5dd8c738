package scheduler

import "strconv"

// Gather runs several pieces of work at the same time, each in a task of its own,
// waits for all of them, and returns their results in the order of the
// arguments. The error is the first that occurred; the others run on
// nevertheless. Cancelling the caller cancels them, and Gather still waits for
// their end.
func Gather[T any](t *Task, work ...func(t *Task) (T, error)) ([]T, error) {
	results := make([]T, len(work))
	var first error
	err := t.Group(func(g *Group) error {
		for i, do := range work {
			g.Go(t.name+"/"+strconv.Itoa(i), func(t *Task) error {
				result, err := do(t)
				results[i] = result
				if first == nil {
					first = err
				}
				return nil
			})
		}
		return nil
	})
	if err == nil {
		err = first
	}
	return results, err
}
