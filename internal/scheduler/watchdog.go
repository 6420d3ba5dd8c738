package scheduler

import (
	"sync/atomic"
	"time"
)

// Hog is a step that holds the loop.
type Hog struct {
	Owner, Name string
	For         time.Duration // so far
	Stack       []byte        // of the line that holds it
}

// holding is who holds the loop, and since when, for the watchdog to read.
type holding struct {
	task  atomic.Pointer[Task]
	since atomic.Int64
}

func (h *holding) begin(t *Task, now Instant) {
	h.since.Store(int64(now))
	h.task.Store(t)
}

func (h *holding) end() { h.task.Store(nil) }

type watchdog struct{}

func newWatchdog(*Loop) *watchdog { return nil }
func (w *watchdog) arm()          {}
func (w *watchdog) disarm()       {}
func (w *watchdog) close()        {}
