package cdev

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"periph.io/x/conn/v3/gpio"

	"ptvd/internal/gpio/gpioext"
)

// watch requests lines together, so that the kernel numbers their edges in one sequence,
// and starts the goroutine that reads them.
func (k *kernel) watch(names []string, pull gpio.Pull, deliver func([]gpioext.Edge), overflow func()) (*watch, error) {
	request := uapi.LineRequest{EventBufferSize: gpioext.QueueSize}
	request.Config.Flags = uapi.LineFlagV2Input | uapi.LineFlagV2EdgeBoth | biasFlags[pull]
	h, offsets, err := k.open(names, request)
	if err != nil {
		return nil, err
	}
	w := &watch{
		handle: h, names: names, offsets: offsets, last: make([]time.Duration, len(names)),
		deliver: deliver, overflow: overflow, done: make(chan struct{}),
	}
	go w.read()
	return w, nil
}

// watch is a request of input lines whose edges are read on a goroutine of its own.
type watch struct {
	handle   handle
	names    []string
	offsets  []uint32        // on the chip
	last     []time.Duration // time of the last edge, by index
	sequence uint32          // number of the last edge of all lines
	edges    []gpioext.Edge  // that were delivered last
	deliver  func([]gpioext.Edge)
	overflow func()

	done   chan struct{} // closed when the reader has returned
	closer sync.Once

	mu  sync.Mutex
	err error // why the lines can no longer be read
}

// read delivers edges until Close. It ends at the first error, since reading from a
// removed chip fails again at once.
func (w *watch) read() {
	defer close(w.done)
	w.fail(w.handle.Read(make([]uapi.LineEvent, gpioext.QueueSize), w.take))
}

// take delivers the edges of one read, and detects whether the queue overflowed.
//
// The kernel stamps and numbers an edge in its interrupt handler, and queues it in a
// thread per line. On a busy machine the queue is therefore not sorted; the sequence
// numbers are.
//
// A gap in the numbers is not an overflow by itself: of edges that came before their
// thread ran, only the last is queued, with the right level. An overflow loses an edge
// and so possibly the last level of its line. Since a full queue also fills the read,
// which has the same size, a gap in a full read is taken for an overflow.
func (w *watch) take(edges []uapi.LineEvent) {
	slices.SortFunc(edges, func(a, b uapi.LineEvent) int { return int(int32(a.Seqno - b.Seqno)) })
	gap := false
	w.edges = w.edges[:0]
	for _, e := range edges {
		gap = gap || e.Seqno != w.sequence+1
		w.sequence = e.Seqno
		i := slices.Index(w.offsets, e.Offset)
		if i < 0 {
			continue
		}
		w.last[i] = max(w.last[i], time.Duration(e.Timestamp))
		w.edges = append(w.edges, gpioext.Edge{Pin: i, Level: e.ID == uapi.LineEventRisingEdge, Time: w.last[i]})
	}
	w.deliver(w.edges)
	if gap && len(edges) == gpioext.QueueSize {
		w.overflow() // after the edges, since the levels are read then
	}
}

// fail records why the lines can no longer be read. Unless they were closed, overflow
// makes their user read the levels, which returns the error.
func (w *watch) fail(err error) {
	if errors.Is(err, os.ErrClosed) {
		return
	}
	w.mu.Lock()
	w.err = err
	w.mu.Unlock()
	w.overflow()
}

// Levels returns the electrical levels of the lines.
func (w *watch) Levels() (uint64, error) {
	w.mu.Lock()
	err := w.err
	w.mu.Unlock()
	var bits uapi.LineBitmap
	if err == nil {
		bits, err = w.handle.Values(1<<len(w.names) - 1)
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", strings.Join(w.names, ", "), err)
	}
	return uint64(bits), nil
}

// Close releases the lines and waits until the reader has ended, so that no edge is
// delivered afterwards.
func (w *watch) Close() error {
	var err error
	w.closer.Do(func() { err = w.handle.Close() })
	<-w.done
	return err
}
