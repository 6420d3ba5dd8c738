package sim

import (
	"sync"

	"ptvd/internal/gpio"
)

// request is input lines that were opened together, as the kernel keeps them: with
// one queue of edges, which loses the oldest when it is full.
type request struct {
	board    *Board
	pins     []*pin
	queue    []gpio.Edge
	spare    []gpio.Edge // the queue of the last round, to be filled again
	lost     bool
	waking   bool // a drain is on its way
	closed   bool
	dead     bool       // the chip is gone
	gate     sync.Mutex // held while edges are delivered; taken before the board's lock
	deliver  func(gpio.Edge)
	overflow func()
	wake     func() // drain, made once
}

// OpenLines opens input lines. Edges are delivered on the loop after the step
// that they happen in: of more than [gpio.QueueSize] in one step, the oldest are
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

// Read returns the electrical level of a line now.
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

// Close releases the lines; it waits for a delivery that is under way.
func (r *request) Close() error {
	r.gate.Lock()
	defer r.gate.Unlock()
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
		if p.request == r { // and nobody else's, since the chip went
			p.consumer, p.request = "", nil
		}
	}
}

// add queues an edge. The board's lock is held.
func (r *request) add(e gpio.Edge) {
	if len(r.queue) == gpio.QueueSize {
		copy(r.queue, r.queue[1:])
		r.queue = r.queue[:len(r.queue)-1]
		r.lost = true
	}
	r.queue = append(r.queue, e)
	r.wakeLoop()
}

// wakeLoop makes the loop drain the queue. The board's lock is held.
func (r *request) wakeLoop() {
	if !r.waking {
		r.waking = true
		r.board.loop.Post(r.wake)
	}
}

// drain delivers what is queued, on the loop.
func (r *request) drain() {
	r.gate.Lock()
	defer r.gate.Unlock()
	r.board.mu.Lock()
	round, lost, closed := r.queue, r.lost, r.closed
	r.queue, r.spare = r.spare[:0], round
	r.lost, r.waking = false, false
	r.board.mu.Unlock()
	if closed {
		return
	}
	for _, e := range round {
		r.deliver(e)
	}
	if lost {
		r.overflow()
	}
}
