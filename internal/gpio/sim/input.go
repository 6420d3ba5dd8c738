package sim

import (
	"sync"

	"ptvd/internal/gpio"
)

// request is a group of input lines that were opened together. As in the kernel, they
// share a queue of edges, which drops the oldest one when it is full.
type request struct {
	board    *Board
	pins     []*pin
	queue    []gpio.Edge
	spare    []gpio.Edge // the previous queue, reused
	lost     bool
	waking   bool // a call of drain is scheduled
	closed   bool
	dead     bool       // the chip was removed
	delivery sync.Mutex // held while edges are delivered; locked before the board's lock
	deliver  func(gpio.Edge)
	overflow func()
	wake     func() // drain, allocated once
}

// OpenLines opens input lines. Edges are delivered on the loop after the step in which
// they happen. If there are more than [gpio.QueueSize] in one step, the oldest are
// lost.
func (b *Board) OpenLines(names []string, pull gpio.Pull, deliver func(gpio.Edge), overflow func()) (gpio.Lines, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := &request{board: b, deliver: deliver, overflow: overflow}
	r.wake = r.drain
	for i, name := range names {
		p, err := b.findPin(name)
		if err == nil {
			err = p.claim("an input")
		}
		if err != nil {
			r.release()
			return nil, err
		}
		if pull != gpio.PullNone {
			p.pull = pull
		}
		p.output, p.request, p.index = false, r, i
		r.pins = append(r.pins, p)
	}
	return r, nil
}

// Read returns the current electrical level of a line.
func (r *request) Read(line int) (gpio.Level, error) {
	r.board.mu.Lock()
	defer r.board.mu.Unlock()
	if r.closed {
		return gpio.Low, closedError(r.pins[line].name)
	}
	if r.dead {
		return gpio.Low, goneError(r.pins[line].name)
	}
	return r.pins[line].now(), nil
}

// Close releases the lines. It waits until a delivery in progress has ended.
func (r *request) Close() error {
	r.delivery.Lock()
	defer r.delivery.Unlock()
	r.board.mu.Lock()
	defer r.board.mu.Unlock()
	if !r.closed {
		r.closed = true
		r.release()
	}
	return nil
}

func (r *request) release() {
	for _, p := range r.pins {
		if p.request == r { // after the chip was removed, the line may have another user
			p.consumer, p.request = "", nil
		}
	}
}

// add queues an edge. The caller holds the board's lock.
func (r *request) add(e gpio.Edge) {
	if len(r.queue) == gpio.QueueSize {
		copy(r.queue, r.queue[1:])
		r.queue = r.queue[:len(r.queue)-1]
		r.lost = true
	}
	r.queue = append(r.queue, e)
	r.wakeLoop()
}

// wakeLoop makes the loop drain the queue. The caller holds the board's lock.
func (r *request) wakeLoop() {
	if !r.waking {
		r.waking = true
		r.board.loop.Post(r.wake)
	}
}

// drain delivers the queued edges, on the loop.
func (r *request) drain() {
	r.delivery.Lock()
	defer r.delivery.Unlock()
	r.board.mu.Lock()
	edges, lost, closed := r.queue, r.lost, r.closed
	r.queue, r.spare = r.spare[:0], edges
	r.lost, r.waking = false, false
	r.board.mu.Unlock()
	if closed {
		return
	}
	for _, e := range edges {
		r.deliver(e)
	}
	if lost {
		r.overflow()
	}
}
