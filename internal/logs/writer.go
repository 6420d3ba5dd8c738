package logs

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// queued is how many lines may wait for a slow reader.
const queued = 1024

// Writer passes writes to another writer from a goroutine of its own. A write to
// it never waits: what does not fit is dropped, and the number of dropped lines
// is said as soon as there is room.
type Writer struct {
	out     io.Writer
	lines   chan []byte
	done    chan struct{}
	mu      sync.Mutex
	dropped int
	closed  bool
}

// NewWriter returns a writer before out. Close it to write what is left.
func NewWriter(out io.Writer) *Writer {
	w := &Writer{out: out, lines: make(chan []byte, queued), done: make(chan struct{})}
	go w.drain()
	return w
}

// Write takes a copy of a line.
func (w *Writer) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return len(line), nil
	}
	if w.dropped > 0 && w.offer(fmt.Appendf(nil, "(%d lines of the log were lost: the reader was too slow)\n", w.dropped)) {
		w.dropped = 0
	}
	if w.dropped > 0 || !w.offer(append([]byte(nil), line...)) {
		w.dropped++
	}
	return len(line), nil
}

func (w *Writer) offer(line []byte) bool {
	select {
	case w.lines <- line:
		return true
	default:
		return false
	}
}

func (w *Writer) drain() {
	defer close(w.done)
	for line := range w.lines {
		_, _ = w.out.Write(line) // there is no other place to complain
	}
}

// Close writes what is queued, for at most half a second.
func (w *Writer) Close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	close(w.lines)
	w.mu.Unlock()
	select {
	case <-w.done:
	case <-time.After(500 * time.Millisecond):
	}
	return nil
}
