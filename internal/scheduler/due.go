package scheduler

// timer is one entry of the queue of due times: a task that is ready or
// sleeps, or the deadline of a scope.
type timer struct {
	due   Instant
	seq   uint64 // breaks ties: first in, first out
	task  *Task
	scope *scope // nil: the task itself is due
	index int    // in the heap; -1: not in it
}

func (a *timer) before(b *timer) bool {
	return a.due < b.due || a.due == b.due && a.seq < b.seq
}

// dueQueue is one queue of due times, first in first out among equals. What is
// ready already stands in a ring, since it arrives in order; what lies ahead
// stands in a heap. The earlier of the two heads is next.
type dueQueue struct {
	ready ring
	ahead []*timer // a heap of four children a node: half as deep as a binary one
}

// next removes and returns the first entry that is due, or nil.
func (q *dueQueue) next(now Instant) *timer {
	head := q.ready.head()
	if len(q.ahead) > 0 {
		if top := q.ahead[0]; top.due <= now && (head == nil || top.before(head)) {
			q.remove(top)
			return top
		}
	}
	if head != nil {
		q.ready.drop()
	}
	return head
}

func (q *dueQueue) isEmpty() bool { return q.ready.count == 0 && len(q.ahead) == 0 }

// deadline returns when the heap's first entry is due.
func (q *dueQueue) deadline() Instant {
	if len(q.ahead) == 0 {
		return Never
	}
	return q.ahead[0].due
}

func (q *dueQueue) add(e *timer) {
	q.ahead = append(q.ahead, e)
	q.up(e, len(q.ahead)-1)
}

func (q *dueQueue) remove(e *timer) {
	hole, last := e.index, len(q.ahead)-1
	moved := q.ahead[last]
	q.ahead[last] = nil
	q.ahead = q.ahead[:last]
	e.index = -1
	if moved == e {
		return
	}
	q.up(moved, hole)
	q.down(moved, moved.index)
}

func (q *dueQueue) up(e *timer, at int) {
	for at > 0 {
		parent := (at - 1) / 4
		if !e.before(q.ahead[parent]) {
			break
		}
		q.put(q.ahead[parent], at)
		at = parent
	}
	q.put(e, at)
}

func (q *dueQueue) down(e *timer, at int) {
	for {
		first := 4*at + 1
		if first >= len(q.ahead) {
			break
		}
		least := first
		for child := first + 1; child < min(first+4, len(q.ahead)); child++ {
			if q.ahead[child].before(q.ahead[least]) {
				least = child
			}
		}
		if !q.ahead[least].before(e) {
			break
		}
		q.put(q.ahead[least], at)
		at = least
	}
	q.put(e, at)
}

func (q *dueQueue) put(e *timer, at int) {
	q.ahead[at] = e
	e.index = at
}

// ring is a growing circular buffer of ready entries.
type ring struct {
	slots []*timer // a power of two long
	first int
	count int
}

func (r *ring) head() *timer {
	if r.count == 0 {
		return nil
	}
	return r.slots[r.first]
}

func (r *ring) drop() {
	r.slots[r.first] = nil
	r.first = (r.first + 1) & (len(r.slots) - 1)
	r.count--
}

func (r *ring) push(e *timer) {
	if r.count == len(r.slots) {
		r.grow()
	}
	r.slots[(r.first+r.count)&(len(r.slots)-1)] = e
	r.count++
}

func (r *ring) grow() {
	bigger := make([]*timer, max(8, 2*len(r.slots)))
	for i := range r.count {
		bigger[i] = r.slots[(r.first+i)&(len(r.slots)-1)]
	}
	r.slots, r.first = bigger, 0
}
