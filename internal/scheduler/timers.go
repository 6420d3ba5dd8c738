package scheduler

// timer is one entry of a timerQueue: a task that is ready or sleeps, or the
// deadline of a scope.
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

// timerQueue is one queue by due time, first in first out among equals. What is
// ready already is kept in a ring, since it arrives in order; what is due later is
// kept in a heap. The earlier of the two heads is next.
type timerQueue struct {
	ready ring
	later []*timer // a heap of four children a node: half as deep as a binary one
}

// next removes and returns the first entry that is due, or nil.
func (q *timerQueue) next(now Instant) *timer {
	head := q.ready.front()
	if len(q.later) > 0 {
		if top := q.later[0]; top.due <= now && (head == nil || top.before(head)) {
			q.remove(top)
			return top
		}
	}
	if head != nil {
		q.ready.popFront()
	}
	return head
}

func (q *timerQueue) isEmpty() bool { return q.ready.count == 0 && len(q.later) == 0 }

// deadline returns when the heap's first entry is due.
func (q *timerQueue) deadline() Instant {
	if len(q.later) == 0 {
		return Never
	}
	return q.later[0].due
}

func (q *timerQueue) add(e *timer) {
	q.later = append(q.later, e)
	q.up(e, len(q.later)-1)
}

func (q *timerQueue) remove(e *timer) {
	hole, last := e.index, len(q.later)-1
	moved := q.later[last]
	q.later[last] = nil
	q.later = q.later[:last]
	e.index = -1
	if moved == e {
		return
	}
	q.up(moved, hole)
	q.down(moved, moved.index)
}

func (q *timerQueue) up(e *timer, at int) {
	for at > 0 {
		parent := (at - 1) / 4
		if !e.before(q.later[parent]) {
			break
		}
		q.put(q.later[parent], at)
		at = parent
	}
	q.put(e, at)
}

func (q *timerQueue) down(e *timer, at int) {
	for {
		first := 4*at + 1
		if first >= len(q.later) {
			break
		}
		least := first
		for child := first + 1; child < min(first+4, len(q.later)); child++ {
			if q.later[child].before(q.later[least]) {
				least = child
			}
		}
		if !q.later[least].before(e) {
			break
		}
		q.put(q.later[least], at)
		at = least
	}
	q.put(e, at)
}

func (q *timerQueue) put(e *timer, at int) {
	q.later[at] = e
	e.index = at
}

// ring is a growing circular buffer of ready entries.
type ring struct {
	slots []*timer // its length is a power of two
	first int
	count int
}

func (r *ring) front() *timer {
	if r.count == 0 {
		return nil
	}
	return r.slots[r.first]
}

func (r *ring) popFront() {
	r.slots[r.first] = nil
	r.first = (r.first + 1) & (len(r.slots) - 1)
	r.count--
}

func (r *ring) pushBack(e *timer) {
	if r.count == len(r.slots) {
		r.grow()
	}
	r.slots[(r.first+r.count)&(len(r.slots)-1)] = e
	r.count++
}

// remove removes an entry from any place, which takes time.
func (r *ring) remove(e *timer) {
	entries := r.count
	for range entries {
		front := r.front()
		r.popFront()
		if front != e {
			r.pushBack(front)
		}
	}
}

func (r *ring) grow() {
	bigger := make([]*timer, max(8, 2*len(r.slots)))
	for i := range r.count {
		bigger[i] = r.slots[(r.first+i)&(len(r.slots)-1)]
	}
	r.slots, r.first = bigger, 0
}
