package scheduler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

const ms = time.Millisecond

// virtual runs main in virtual time from instant 0. An error of it, or of a task
// that no other task waited for, fails the test.
func virtual(t *testing.T, main scheduler.Func) {
	t.Helper()
	loop := scheduler.New(scheduler.Options{
		Clock:   scheduler.NewVirtualClock(0),
		OnError: func(task *scheduler.Task, err error) { t.Errorf("task %s: %v", task.Name(), err) },
	})
	if err := loop.Run(main); err != nil {
		t.Error(err)
	}
}

// journal records events in order.
type journal struct {
	t       *testing.T
	entries []string
}

func (j *journal) note(format string, args ...any) {
	j.entries = append(j.entries, fmt.Sprintf(format, args...))
}

func (j *journal) want(entries ...string) {
	j.t.Helper()
	if !slices.Equal(j.entries, entries) {
		j.t.Errorf("got:  %s\nwant: %s", strings.Join(j.entries, ", "), strings.Join(entries, ", "))
	}
}

// end waits for the end of a task and returns the error that it ended with.
func end(t, other *scheduler.Task) error {
	t.Join(other)
	return other.Err()
}

// at returns the time in milliseconds.
func at(t *scheduler.Task) int64 { return int64(t.Now()) / int64(ms) }

// settle runs every ready task until it waits.
func settle(t *scheduler.Task) {
	for range 8 {
		t.Yield()
	}
}
