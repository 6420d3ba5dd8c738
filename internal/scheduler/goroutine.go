package scheduler

// A call from a goroutine that is not the loop's corrupts the loop silently, or is
// lost. Go has no function that identifies the calling goroutine, and to parse its
// number from a stack dump takes microseconds; so a few lines of assembly read the
// register in which the runtime keeps the goroutine's descriptor. It is only
// compared. On other architectures than those of the boards nothing is detected.

// onLoop tells whether the calling goroutine is the one that runs the loop's current
// step. Before Run and after its end every goroutine counts as the loop's.
//
// Another goroutine may read values here that the loop is changing. Whatever it
// reads, the answer is right: none of them identifies that goroutine.
//
//go:norace
func (l *Loop) onLoop() bool {
	if l.posts.waiting.Load() {
		return false // the loop does nothing now
	}
	of := l.goroutine
	if t := l.current; t != nil {
		if c := t.coroutine; c != nil {
			of = c.goroutine
		}
	}
	return of == 0 || of == goroutine()
}
