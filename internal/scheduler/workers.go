package scheduler

import "sync/atomic"

// workers run functions that block. A goroutine that has run one waits for the next: a new
// one would have to let its stack grow, which costs more than most of these functions.
type workers struct {
	next chan func()
	idle atomic.Int32
}

// maxIdleWorkers is how many goroutines wait.
const maxIdleWorkers = 4

func newWorkers() *workers { return &workers{next: make(chan func())} }

// Work runs a function on a goroutine other than the caller's.
func (w *workers) Work(work func()) {
	select {
	case w.next <- work:
	default:
		go w.run(work)
	}
}

// run ends when the channel was closed.
func (w *workers) run(work func()) {
	for work != nil {
		if work(); w.idle.Add(1) > maxIdleWorkers {
			w.idle.Add(-1)
			return
		}
		work = <-w.next
		w.idle.Add(-1)
	}
}

// close ends the goroutines that wait. After it nothing may call Work.
func (w *workers) close() { close(w.next) }
