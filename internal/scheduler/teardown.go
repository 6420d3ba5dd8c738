package scheduler

// close unwinds the tasks that ignored their cancellation, and ends the watchdog.
// What was posted before is still called, since it may own something to close.
func (l *Loop) close() {
	for entry := l.normal.next(Never); entry != nil; entry = l.normal.next(Never) {
		if entry.task.finished && entry.scope == nil {
			l.options.OnError(entry.task, entry.task.err)
		}
	}
	l.tearDown()
	l.posts.close()
	for l.posts.any() {
		l.runPosts()
	}
	l.goroutine = 0
	l.time.watchdog.close()
	l.clock.Close()
}

// tearDown unwinds the remaining tasks: their deferred calls run, and an await in
// a deferred call ends that call, too.
func (l *Loop) tearDown() {
	l.ended = true
	for t := l.tasks.first; t != nil; t = l.tasks.first {
		if t.coroutine != nil {
			l.sendHome(t.coroutine)
			l.current, t.pending = t, &t.self
			unwind(t.coroutine.stop)
		}
		l.tasks.remove(t)
		t.finished = true
	}
	l.stopIdle()
}

// unwind calls a coroutine's stop on a goroutine that the resulting Goexit may
// end.
func unwind(stop func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		stop()
	}()
	<-done
}
