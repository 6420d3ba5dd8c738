package logs

import (
	"log/slog"
	"sync"
	"time"
)

// queueSize is how many entries may wait to be written.
const queueSize = 1024

// closeTimeout limits how long close waits for the entries to be written.
const closeTimeout = 500 * time.Millisecond

// queue passes entries to a goroutine that writes them. put never blocks: entries
// that do not fit are dropped, and their number is logged once there is room.
type queue struct {
	entries chan entry
	done    chan struct{}
	mu      sync.Mutex
	dropped int
	closed  bool
}

func newQueue(write func(entry)) *queue {
	q := &queue{entries: make(chan entry, queueSize), done: make(chan struct{})}
	go func() {
		defer close(q.done)
		for e := range q.entries {
			write(e)
		}
	}()
	return q
}

func (q *queue) put(e entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	if q.reportDropped(e.time); q.dropped > 0 || !q.offer(e) {
		q.dropped++
	}
}

// reportDropped logs how many entries were dropped, if there is room for that.
func (q *queue) reportDropped(now time.Time) {
	notice := entry{time: now, level: slog.LevelWarn, message: "log messages dropped: writer too slow"}
	notice.addField("dropped", slog.IntValue(q.dropped))
	if q.dropped > 0 && q.offer(notice) {
		q.dropped = 0
	}
}

func (q *queue) offer(e entry) bool {
	select {
	case q.entries <- e:
		return true
	default:
		return false
	}
}

func (q *queue) close() {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		q.reportDropped(time.Now())
		close(q.entries)
	}
	q.mu.Unlock()
	select {
	case <-q.done:
	case <-time.After(closeTimeout):
	}
}
