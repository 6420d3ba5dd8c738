package scheduler

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// A call from a goroutine that is not the loop's corrupts the loop silently, or is
// lost. Go has no function that identifies the calling goroutine, and parsing its
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
	of := l.goroutine
	if t := l.current; t != nil {
		if c := t.coroutine; c != nil {
			of = c.goroutine
		}
	}
	return of == 0 || of == goroutine()
}

// isCurrent tells whether the calling goroutine is the task's, and its step runs.
//
//go:norace
func (t *Task) isCurrent() bool {
	return t.loop.current == t && (t.coroutine == nil || t.coroutine.goroutine == goroutine())
}

// foreignWaiter returns the first waiter if the calling goroutine is not the loop's.
// Without a waiter there is no loop to tell.
//
//go:norace
func (w *waitList) foreignWaiter() *Task {
	if t := w.first; t != nil && !t.loop.onLoop() {
		return t
	}
	return nil
}

// forward handles a call from a goroutine that is not the loop's, about a task: it
// is a panic or, if OnMisuse is set, made on the loop.
func (t *Task) forward(call string, again func()) {
	err := misuse(call)
	if t.loop.options.OnMisuse == nil {
		panic("scheduler: " + err.Error())
	}
	t.loop.Post(func() {
		t.loop.reportMisuse(t, call, err)
		again()
	})
}

// misuse returns the error of a call, with the place of the first caller outside of
// this package.
func misuse(call string) error {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	frame, more := frames.Next()
	for more && strings.HasPrefix(frame.Function, packagePath+".") {
		frame, more = frames.Next()
	}
	return fmt.Errorf("%s was called from a goroutine other than the loop's, at %s:%d; use a Flag, or make the call in Loop.Post", call, frame.File, frame.Line)
}

var packagePath = reflect.TypeFor[Loop]().PkgPath()

// reportMisuse calls OnMisuse once for each owner and kind. Call it on the loop.
func (l *Loop) reportMisuse(t *Task, kind string, err error) {
	key := statsKey{t.owner, kind}
	if l.options.OnMisuse != nil && !l.misused[key] {
		l.misused[key] = true
		l.options.OnMisuse(t, err)
	}
}
