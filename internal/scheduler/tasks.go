package scheduler

// tasks is the list of a loop's live tasks, in the order of their start.
type tasks struct {
	first, last *Task
	count       int
}

func (l *tasks) add(t *Task) {
	t.older = l.last
	if l.last == nil {
		l.first = t
	} else {
		l.last.newer = t
	}
	l.last = t
	l.count++
}

func (l *tasks) remove(t *Task) {
	if t.older == nil {
		l.first = t.newer
	} else {
		t.older.newer = t.newer
	}
	if t.newer == nil {
		l.last = t.older
	} else {
		t.newer.older = t.older
	}
	t.older, t.newer = nil, nil
	l.count--
}

func (l *tasks) cancelAll() {
	for t := l.first; t != nil; t = t.newer {
		t.Cancel()
	}
}

// tearDown unwinds the tasks that are left: their deferred calls run, and the
// first await among those ends that call, too.
func (l *Loop) tearDown() {
	l.ended = true
	for t := l.tasks.first; t != nil; t = l.tasks.first {
		if t.stop != nil {
			l.running = t
			unwind(t.stop)
		}
		l.tasks.remove(t)
		t.finished = true
	}
}

// unwind calls a coroutine's stop where the Goexit that comes out of it harms
// nobody.
func unwind(stop func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		stop()
	}()
	<-done
}
