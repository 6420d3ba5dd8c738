package logs

import (
	"log/slog"
	"sync"
	"time"
)

// queued is how many entries may wait for a slow reader.
const queued = 1024

// patience is how long a log that is closed waits for its reader.
const patience = 500 * time.Millisecond

// destination is where entries end up. Only the queue's goroutine writes to it.
type destination interface{ write(e entry) }

// queue hands entries to a goroutine that writes them. To put one never waits:
// what does not fit is dropped, and counted as soon as there is room.
type queue struct {
	entries chan entry
	done    chan struct{}
	mu      sync.Mutex
	lost    int
	closed  bool
}

func newQueue(to destination) *queue {
	q := &queue{entries: make(chan entry, queued), done: make(chan struct{})}
	go func() {
		defer close(q.done)
		for e := range q.entries {
			to.write(e)
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
	if !q.sayLost(e.time) || !q.offer(e) {
		q.lost++
	}
}

// sayLost tells whether nothing is missing before the next entry any more.
func (q *queue) sayLost(now time.Time) bool {
	if q.lost == 0 {
		return true
	}
	notice := entry{time: now, level: slog.LevelWarn, message: "a part of the log is lost: its reader was too slow"}
	notice.addField("records", slog.IntValue(q.lost))
	if !q.offer(notice) {
		return false
	}
	q.lost = 0
	return true
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
		q.sayLost(time.Now())
		close(q.entries)
	}
	q.mu.Unlock()
	select {
	case <-q.done:
	case <-time.After(patience):
	}
}
