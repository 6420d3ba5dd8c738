package sim

import (
	"sync"

	conngpio "periph.io/x/conn/v3/gpio"

	"ptvd/internal/gpio/gpioext"
)

// request is a group of input lines that were opened together. As in the kernel, they
// share a queue of edges, which drops the oldest one when it is full.
type request struct {
	board    *Board
	lines    []*line
	queue    []gpioext.Edge
	spare    []gpioext.Edge // the previous queue, reused
	lost     bool
	waking   bool // a call of drain is scheduled
	closed   bool
	dead     bool       // the chip was removed
	delivery sync.Mutex // held while edges are delivered; locked before the board's lock
	deliver  func([]gpioext.Edge)
	overflow func()
	wake     func() // drain, allocated once
}

// WatchEdges implements gpioext.EdgePin. Edges are delivered on the loop after the step
// in which they happen. If there are more than [gpioext.QueueSize] in one step, the
// oldest are lost.
func (p *Pin) WatchEdges(names []string, pull conngpio.Pull, deliver func([]gpioext.Edge), overflow func()) (gpioext.EdgeWatch, error) {
	b := p.board
	b.mu.Lock()
	defer b.mu.Unlock()
	r := &request{board: b, deliver: deliver, overflow: overflow}
	r.wake = r.drain
	for i, name := range names {
		line, err := b.findLine(name)
		if err == nil && line.edgeless {
			err = edgelessError(name)
		}
		if err == nil {
			err = line.claim("an input")
		}
		if err != nil {
			r.release()
			return nil, err
		}
		line.bias(pull)
		line.output, line.request, line.index = false, r, i
		r.lines = append(r.lines, line)
	}
	return r, nil
}

// Levels returns the current electrical levels.
func (r *request) Levels() (levels uint64, err error) {
	r.board.mu.Lock()
	defer r.board.mu.Unlock()
	for i, line := range r.lines {
		switch {
		case r.closed:
			return 0, closedError(line.name)
		case r.dead:
			return 0, goneError(line.name)
		case bool(line.now()):
			levels |= 1 << i
		}
	}
	return levels, nil
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
	for _, l := range r.lines {
		if l.request == r { // after the chip was removed, the line may have another user
			l.consumer, l.request = "", nil
		}
	}
}

// add queues an edge. The caller holds the board's lock.
func (r *request) add(e gpioext.Edge) {
	if len(r.queue) == gpioext.QueueSize {
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
	r.deliver(edges)
	if lost {
		r.overflow()
	}
}
