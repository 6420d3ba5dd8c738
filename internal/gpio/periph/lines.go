package periph

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	pgpio "periph.io/x/conn/v3/gpio"
	"periph.io/x/host/v3/gpioioctl"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
)

// OpenLines opens input lines of one chip. Edges carry the time at which they
// were read: periph.io drops the kernel's timestamp and its sequence number, and
// shows nobody the descriptor from which they could be read.
func (b *Board) OpenLines(names []string, pull gpio.Pull, deliver func(gpio.Edge), overflow func()) (gpio.Lines, error) {
	// PullNone is periph.io's PullNoChange. Its Float would promise a bias that
	// is switched off and set none either. Each request has a queue of its own:
	// there are no edges from before in it.
	bias := map[gpio.Pull]pgpio.Pull{gpio.PullUp: pgpio.PullUp, gpio.PullDown: pgpio.PullDown, gpio.PullNone: pgpio.PullNoChange}[pull]
	set, offsets, err := b.request(gpioioctl.LineInput, pgpio.BothEdges, bias, names...)
	if err != nil {
		return nil, err
	}
	return startLines(set, names, offsets, b.now, deliver, overflow)
}

// lines reads the edges of a line set on a goroutine of its own.
type lines struct {
	set      lineSet
	names    []string
	index    map[int]int // by offset on the chip
	last     []pgpio.Edge
	now      func() scheduler.Instant
	deliver  func(gpio.Edge)
	overflow func()

	stop   atomic.Bool
	done   chan struct{} // closed when the reader has returned
	closer sync.Once

	mu  sync.Mutex // guards what follows, and set.Close against set.Read
	err error      // why the lines can no longer be read
}

func startLines(set lineSet, names []string, offsets []int, now func() scheduler.Instant, deliver func(gpio.Edge), overflow func()) (gpio.Lines, error) {
	l := &lines{
		set: set, names: names, index: map[int]int{}, last: make([]pgpio.Edge, len(names)),
		now: now, deliver: deliver, overflow: overflow, done: make(chan struct{}),
	}
	for i, offset := range offsets {
		l.index[offset] = i
	}
	// The first wait prepares the line set, with no lock. Made here, it comes
	// before everything that Read and Close look at.
	offset, edge, err := set.WaitForEdge(time.Nanosecond)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, errors.Join(fmt.Errorf("wait for edges of %s: %w", names[0], err), set.Close())
	}
	go func() {
		defer close(l.done)
		if err == nil {
			l.take(offset, edge)
		}
		l.read()
	}()
	return l, nil
}

// read delivers edges until Close. It sleeps in the kernel between two edges, and
// an error ends it, so that a chip that is gone does not make it spin.
func (l *lines) read() {
	for !l.stop.Load() {
		offset, edge, err := l.set.WaitForEdge(0)
		switch {
		case err == nil:
			l.take(offset, edge)
		case !errors.Is(err, os.ErrDeadlineExceeded): // that is Halt
			l.mu.Lock()
			l.err = err
			l.mu.Unlock()
			l.overflow() // makes our user read the levels, and find the error
			return
		}
	}
}

// take delivers an edge. periph.io drops the kernel's sequence numbers; but the
// edges of a line alternate, so that two alike in a row mean that an odd number of
// them was lost between. An even number leaves the levels as they were, and goes
// unseen.
func (l *lines) take(offset int, edge pgpio.Edge) {
	at := l.now()
	i := l.index[offset]
	if l.last[i] == edge {
		l.overflow()
	}
	l.last[i] = edge
	l.deliver(gpio.Edge{Line: i, Level: edge == pgpio.RisingEdge, At: at})
}

func (l *lines) Read(line int) (gpio.Level, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return gpio.Low, fmt.Errorf("%s: %w", l.names[line], l.err)
	}
	bits, err := l.set.Read(1 << line)
	if err != nil {
		return gpio.Low, fmt.Errorf("%s: %w", l.names[line], err)
	}
	return bits>>line&1 == 1, nil
}

func (l *lines) Close() error {
	var err error
	l.closer.Do(func() { err = closeSoon(strings.Join(l.names, ", "), l.shut) })
	return err
}

// shut waits for the reader before it closes the line set, which is not made for
// both at once: a wait that begins after Close takes file descriptor 0, standard
// input, for its own. And it halts until the reader is gone, because a Halt that
// comes just before a wait is lost.
func (l *lines) shut() error {
	l.stop.Store(true)
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for waiting := true; waiting; {
		_ = l.set.Halt() // an error is a reader that has nothing to wait for
		select {
		case <-l.done:
			waiting = false
		case <-again.C:
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = errClosed
	return l.set.Close()
}
