package periph

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/warthog618/go-gpiocdev/uapi"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
)

// OpenLines opens input lines of one chip, all in one request, so that the kernel
// numbers their edges in one order. Each edge carries the time of its interrupt.
func (b *Board) OpenLines(names []string, pull gpio.Pull, deliver func(gpio.Edge), overflow func()) (gpio.Lines, error) {
	request := uapi.LineRequest{EventBufferSize: gpio.QueueSize}
	request.Config.Flags = uapi.LineFlagV2Input | uapi.LineFlagV2EdgeBoth | biasFlags[pull]
	h, offsets, err := b.open(names, request)
	if err != nil {
		return nil, err
	}
	l := &lines{
		handle: h, names: names, index: map[uint32]int{}, last: make([]scheduler.Instant, len(names)),
		now: b.now, deliver: deliver, overflow: overflow, done: make(chan struct{}),
	}
	for i, offset := range offsets {
		l.index[offset] = i
	}
	go l.read()
	return l, nil
}

var biasFlags = [...]uapi.LineFlagV2{
	gpio.PullNone: 0, // as it is
	gpio.PullUp:   uapi.LineFlagV2BiasPullUp,
	gpio.PullDown: uapi.LineFlagV2BiasPullDown,
}

// lines reads the edges of input lines on a goroutine of its own.
type lines struct {
	handle   handle
	names    []string
	index    map[uint32]int // by offset on the chip
	last     []scheduler.Instant
	sequence uint32 // number of the last edge, of all lines
	now      func() scheduler.Instant
	deliver  func(gpio.Edge)
	overflow func()

	done   chan struct{} // closed when the reader has returned
	closer sync.Once

	mu  sync.Mutex
	err error // why the lines can no longer be read
}

// read delivers edges until Close. An error ends it, so that a chip that is gone
// does not make it spin.
func (l *lines) read() {
	defer close(l.done)
	edges := make([]uapi.LineEvent, gpio.QueueSize)
	for {
		n, err := l.handle.Read(edges)
		l.take(edges[:n])
		if err != nil {
			l.end(err)
			return
		}
	}
}

// take delivers what one read brought, and notices what a full queue lost.
//
// The kernel stamps and numbers an edge in its interrupt, and queues it in a thread
// of its line. So where a machine was held up the queue is not in order; the numbers
// are.
//
// A gap in them alone says little: of edges that came before their thread ran only
// the last is queued, with the right level. A full queue drops an edge, and what is
// known of its line's level with it; and a full queue fills the read, which takes as
// many as it holds.
func (l *lines) take(edges []uapi.LineEvent) {
	slices.SortFunc(edges, func(a, b uapi.LineEvent) int { return int(int32(a.Seqno - b.Seqno)) })
	now, gap := l.now(), false
	for _, e := range edges {
		gap = gap || e.Seqno != l.sequence+1
		l.sequence = e.Seqno
		i, ours := l.index[e.Offset]
		if !ours {
			continue
		}
		at := min(scheduler.Instant(e.Timestamp), now)
		l.last[i] = max(l.last[i], at)
		l.deliver(gpio.Edge{Line: i, Level: e.ID == uapi.LineEventRisingEdge, At: l.last[i]})
	}
	if gap && len(edges) == gpio.QueueSize {
		l.overflow() // last, since the levels are then read as they are after all these
	}
}

// end keeps why the lines can be read no more. If it is not that they were closed,
// their user is made to read the levels, and so finds the error.
func (l *lines) end(err error) {
	if errors.Is(err, os.ErrClosed) {
		return
	}
	l.mu.Lock()
	l.err = err
	l.mu.Unlock()
	l.overflow()
}

func (l *lines) Read(line int) (gpio.Level, error) {
	l.mu.Lock()
	err := l.err
	l.mu.Unlock()
	var bits uapi.LineBitmap
	if err == nil {
		bits, err = l.handle.Values(1 << line)
	}
	if err != nil {
		return gpio.Low, fmt.Errorf("%s: %w", l.names[line], err)
	}
	return bits.Get(line) == 1, nil
}

func (l *lines) Close() error {
	var err error
	l.closer.Do(func() { err = closeSoon(strings.Join(l.names, ", "), l.shut) })
	return err
}

// shut waits for the reader, which ends with the handle, so that nothing is
// delivered afterwards.
func (l *lines) shut() error {
	err := l.handle.Close()
	<-l.done
	return err
}
