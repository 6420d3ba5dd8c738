package scheduler

// Queue passes values from task to task, first in first out, and holds at most
// as many as it was made for. Make one with [NewQueue].
type Queue[T any] struct {
	slots   []T
	first   int
	count   int
	getters waiters
	putters waiters
}

// NewQueue returns an empty queue for up to capacity values, at least one.
func NewQueue[T any](capacity int) *Queue[T] {
	return &Queue[T]{slots: make([]T, max(1, capacity))}
}

// Len returns how many values wait in the queue.
func (q *Queue[T]) Len() int { return q.count }

// Put adds a value and waits while the queue is full.
func (q *Queue[T]) Put(t *Task, value T) error {
	for q.count == len(q.slots) || q.putters.first != nil {
		if err := t.parkIn(&q.putters); err != nil {
			q.pass()
			return err
		}
		if q.count < len(q.slots) {
			break // woken in our turn
		}
	}
	q.push(value)
	return nil
}

// TryPut adds a value; false: the queue is full.
func (q *Queue[T]) TryPut(value T) bool {
	if q.count == len(q.slots) || q.putters.first != nil {
		return false
	}
	q.push(value)
	return true
}

// Get takes the oldest value and waits while there is none.
func (q *Queue[T]) Get(t *Task) (value T, err error) {
	for q.count == 0 || q.getters.first != nil {
		if err := t.parkIn(&q.getters); err != nil {
			q.pass()
			return value, err
		}
		if q.count > 0 {
			break // woken in our turn
		}
	}
	return q.pop(), nil
}

// TryGet takes the oldest value; false: there is none, or others wait for it.
func (q *Queue[T]) TryGet() (value T, ok bool) {
	if q.count == 0 || q.getters.first != nil {
		return value, false
	}
	return q.pop(), true
}

func (q *Queue[T]) push(value T) {
	q.slots[(q.first+q.count)%len(q.slots)] = value
	q.count++
	q.pass()
}

func (q *Queue[T]) pop() T {
	var none T
	value := q.slots[q.first]
	q.slots[q.first] = none
	q.first = (q.first + 1) % len(q.slots)
	q.count--
	q.pass()
	return value
}

// pass wakes whoever can go on. It is called again by one who was woken and then
// cancelled, so that his turn is not lost.
func (q *Queue[T]) pass() {
	if q.count > 0 {
		q.getters.wakeOne()
	}
	if q.count < len(q.slots) {
		q.putters.wakeOne()
	}
}
