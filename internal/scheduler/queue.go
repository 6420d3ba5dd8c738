package scheduler

// Queue passes values from task to task, first in first out, and holds a limited
// number of them. There is no barging: values leave in the order of the calls of
// Put, and go to tasks in the order of their calls of Get. Make one with
// [NewQueue].
type Queue[T any] struct {
	slots   []T
	first   int
	count   int
	getters turnList
	putters turnList
}

// turnList is a list of waiters that are woken one by one, and take their turn
// when they run. Until then no later task may take it.
type turnList struct {
	waitList
	woken int // and have not run yet
}

// NewQueue returns an empty queue for up to capacity values, at least one.
func NewQueue[T any](capacity int) *Queue[T] {
	return &Queue[T]{slots: make([]T, max(1, capacity))}
}

// Len returns how many values are in the queue.
func (q *Queue[T]) Len() int { return q.count }

// Put adds a value and waits while the queue is full. With an error the value is
// not in the queue.
func (q *Queue[T]) Put(t *Task, value T) error {
	if err := t.enter(); err != nil {
		return err
	}
	if !q.canPut() {
		if err := q.wait(t, &q.putters); err != nil {
			return err
		}
	}
	q.push(value)
	return nil
}

// TryPut adds a value; false: the queue is full, or other tasks wait in Put.
func (q *Queue[T]) TryPut(value T) bool {
	if t := q.getters.foreignWaiter(); t != nil {
		t.forward("Queue.TryPut", func() { q.TryPut(value) })
		return true
	}
	if !q.canPut() {
		return false
	}
	q.push(value)
	return true
}

// Get removes the oldest value and waits while there is none. With an error it
// has removed none.
func (q *Queue[T]) Get(t *Task) (value T, err error) {
	if err := t.enter(); err != nil {
		return value, err
	}
	if !q.canGet() {
		if err := q.wait(t, &q.getters); err != nil {
			return value, err
		}
	}
	return q.pop(), nil
}

// TryGet removes the oldest value; false: there is none, or other tasks wait in
// Get.
func (q *Queue[T]) TryGet() (value T, ok bool) {
	if t := q.putters.foreignWaiter(); t != nil {
		t.forward("Queue.TryGet", func() {}) // there is no value to return
		return value, false
	}
	if !q.canGet() {
		return value, false
	}
	return q.pop(), true
}

func (q *Queue[T]) canPut() bool { return q.count < len(q.slots) && q.putters.isEmpty() }

func (q *Queue[T]) canGet() bool { return q.count > 0 && q.getters.isEmpty() }

func (l *turnList) isEmpty() bool { return l.first == nil && l.woken == 0 }

// wait returns when it is the task's turn. A turn that comes together with a
// cancel goes to the next task.
func (q *Queue[T]) wait(t *Task, l *turnList) error {
	err := t.parkIn(&l.waitList, inQueue)
	if t.granted {
		l.woken--
	}
	if err != nil {
		q.wakeNext()
	}
	return err
}

func (q *Queue[T]) push(value T) {
	q.slots[(q.first+q.count)%len(q.slots)] = value
	q.count++
	q.wakeNext()
}

func (q *Queue[T]) pop() T {
	var zero T
	value := q.slots[q.first]
	q.slots[q.first] = zero
	q.first = (q.first + 1) % len(q.slots)
	q.count--
	q.wakeNext()
	return value
}

// wakeNext wakes the tasks that can continue: at most as many as there are values,
// or free slots.
func (q *Queue[T]) wakeNext() {
	if q.count > q.getters.woken && q.getters.wakeFirst() != nil {
		q.getters.woken++
	}
	if len(q.slots)-q.count > q.putters.woken && q.putters.wakeFirst() != nil {
		q.putters.woken++
	}
}
