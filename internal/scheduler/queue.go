package scheduler

// Queue passes values from task to task, first in first out, and holds at most
// as many as it was made for. Nobody overtakes: values leave in the order of the
// calls of Put, and go to tasks in the order of their calls of Get. Make one with
// [NewQueue].
type Queue[T any] struct {
	slots   []T
	first   int
	count   int
	getters line
	putters line
}

// line is waiters who are called one by one and take their turn when they run.
// Until then nobody who comes later may take it.
type line struct {
	waiters
	called int // and have not run yet
}

// NewQueue returns an empty queue for up to capacity values, at least one.
func NewQueue[T any](capacity int) *Queue[T] {
	return &Queue[T]{slots: make([]T, max(1, capacity))}
}

// Len returns how many values wait in the queue.
func (q *Queue[T]) Len() int { return q.count }

// Put adds a value and waits while the queue is full. With an error the value is
// not in it.
func (q *Queue[T]) Put(t *Task, value T) error {
	if !q.canPut() {
		if err := q.wait(t, &q.putters); err != nil {
			return err
		}
	}
	q.push(value)
	return nil
}

// TryPut adds a value; false: the queue is full, or others wait to put theirs.
func (q *Queue[T]) TryPut(value T) bool {
	if !q.canPut() {
		return false
	}
	q.push(value)
	return true
}

// Get takes the oldest value and waits while there is none. With an error it has
// taken none.
func (q *Queue[T]) Get(t *Task) (value T, err error) {
	if !q.canGet() {
		if err := q.wait(t, &q.getters); err != nil {
			return value, err
		}
	}
	return q.pop(), nil
}

// TryGet takes the oldest value; false: there is none, or others wait for it.
func (q *Queue[T]) TryGet() (value T, ok bool) {
	if !q.canGet() {
		return value, false
	}
	return q.pop(), true
}

func (q *Queue[T]) canPut() bool { return q.count < len(q.slots) && q.putters.isEmpty() }

func (q *Queue[T]) canGet() bool { return q.count > 0 && q.getters.isEmpty() }

func (l *line) isEmpty() bool { return l.first == nil && l.called == 0 }

// wait returns when it is the task's turn. A turn that comes together with a
// cancel goes to the next.
func (q *Queue[T]) wait(t *Task, l *line) error {
	err := t.parkIn(&l.waiters, inQueue)
	if t.called {
		l.called--
	}
	if err != nil {
		q.callNext()
	}
	return err
}

func (q *Queue[T]) push(value T) {
	q.slots[(q.first+q.count)%len(q.slots)] = value
	q.count++
	q.callNext()
}

func (q *Queue[T]) pop() T {
	var none T
	value := q.slots[q.first]
	q.slots[q.first] = none
	q.first = (q.first + 1) % len(q.slots)
	q.count--
	q.callNext()
	return value
}

// callNext calls who can go on: at most as many as there are values, or slots.
func (q *Queue[T]) callNext() {
	if q.count > q.getters.called && q.getters.call() != nil {
		q.getters.called++
	}
	if len(q.slots)-q.count > q.putters.called && q.putters.call() != nil {
		q.putters.called++
	}
}
