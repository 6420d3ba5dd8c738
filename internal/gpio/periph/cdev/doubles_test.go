package cdev

import (
	"os"
	"sync"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"

	"ptvd/internal/gpio/gpioext"
)

// fakeHandle is a request with the kernel's queue of edges: when it is full, the oldest
// edge is dropped.
type fakeHandle struct {
	mu          sync.Mutex
	arrived     *sync.Cond
	queue       []uapi.LineEvent
	sequence    uint32
	dropped     int
	removed     error // set once the chip is removed
	closed      bool
	reads       int
	values      uapi.LineBitmap
	sets        []uapi.LineValues
	beforeClose func() // if set, called at the beginning of Close
}

func newFakeHandle() *fakeHandle {
	h := &fakeHandle{}
	h.arrived = sync.NewCond(&h.mu)
	return h
}

// edge queues an edge of the line at an offset.
func (h *fakeHandle) edge(offset uint32, id uapi.LineEventID, at uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sequence++
	if len(h.queue) == gpioext.QueueSize {
		h.queue = h.queue[1:]
		h.dropped++
	}
	h.queue = append(h.queue, uapi.LineEvent{Timestamp: at, ID: id, Offset: offset, Seqno: h.sequence})
	h.arrived.Signal()
}

// merge makes the next edge stand for two interrupts.
func (h *fakeHandle) merge() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sequence++
}

// remove removes the chip.
func (h *fakeHandle) remove() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.removed = unix.ENODEV
	h.arrived.Signal()
}

func (h *fakeHandle) Read(edges []uapi.LineEvent, take func([]uapi.LineEvent)) error {
	for {
		n, err := h.read(edges)
		if err != nil {
			return err
		}
		take(edges[:n])
	}
}

func (h *fakeHandle) read(edges []uapi.LineEvent) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reads++
	for len(h.queue) == 0 && h.removed == nil && !h.closed {
		h.arrived.Wait()
	}
	switch {
	case h.closed:
		return 0, os.ErrClosed
	case h.removed != nil:
		return 0, h.removed
	}
	n := copy(edges, h.queue)
	h.queue = h.queue[n:]
	return n, nil
}

// ReadOne waits without a limit if the timeout is not 0.
func (h *fakeHandle) ReadOne(timeout time.Duration) error {
	h.mu.Lock()
	empty := len(h.queue) == 0
	h.mu.Unlock()
	if empty && timeout == 0 {
		return os.ErrDeadlineExceeded
	}
	_, err := h.read(make([]uapi.LineEvent, 1))
	return err
}

func (h *fakeHandle) Values(mask uapi.LineBitmap) (uapi.LineBitmap, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return 0, os.ErrClosed
	}
	return h.values & mask, nil
}

func (h *fakeHandle) SetValues(values uapi.LineValues) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return os.ErrClosed
	case h.removed != nil:
		return h.removed
	}
	h.sets = append(h.sets, values)
	return nil
}

func (h *fakeHandle) Close() error {
	if h.beforeClose != nil {
		h.beforeClose()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return os.ErrClosed
	}
	h.closed = true
	h.arrived.Signal()
	return nil
}

// headerChip is a chip with lines of these names.
func headerChip(names ...string) Chip {
	c := Chip{Name: "gpiochip0", Label: "pinctrl-bcm2711", Path: "/dev/gpiochip0"}
	for offset, name := range names {
		c.Lines = append(c.Lines, Line{Offset: offset, Name: name, Direction: "input"})
	}
	return c
}

// call is a request that was made of the kernel.
type call struct {
	chip    string
	request uapi.LineRequest
}

// kernelOf returns a kernel that has some chips and answers each request with the same
// handle or error, and the requests.
func kernelOf(h *fakeHandle, err error, chips ...Chip) (*kernel, *[]call) {
	var calls []call
	return &kernel{
		chips: func() []Chip { return chips },
		request: func(chip string, request *uapi.LineRequest) (handle, error) {
			calls = append(calls, call{chip, *request})
			if err != nil {
				return nil, err
			}
			return h, nil
		},
	}, &calls
}
