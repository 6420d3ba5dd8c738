package scheduler

import (
	"bytes"
	"runtime"
	"time"
)

// Blocked is a step that blocks the loop. A step that goes on is reported again
// each time its age has doubled.
type Blocked struct {
	Owner, Name string
	For         time.Duration // so far
	Starved     time.Duration // of that, how long it could have run but got no processor
	Stack       []byte        // of the goroutine that blocks the loop
}

// maxDump bounds the dump of all goroutines that is searched for that stack.
const maxDump = 16 << 20

// blockingStack returns the stack of the goroutine that blocks a loop: the only
// one of the loop and its tasks that is not parked as a coroutine. It is nil where
// the dump is too long to contain it.
func blockingStack() []byte {
	dump := make([]byte, 64<<10)
	n := runtime.Stack(dump, true)
	for n == len(dump) && n < maxDump {
		dump = make([]byte, 4*len(dump))
		n = runtime.Stack(dump, true)
	}
	for stack := range bytes.SplitSeq(dump[:n], []byte("\n\n")) {
		header, frames, _ := bytes.Cut(stack, []byte("\n"))
		if bytes.Contains(header, []byte("[coroutine")) {
			continue
		}
		if bytes.Contains(frames, taskFrame) || bytes.Contains(frames, loopFrame) {
			return bytes.Clone(stack)
		}
	}
	return nil
}

// The names in a stack dump of the functions at the bottom of a task and of a loop that
// does not wait.
var (
	taskFrame = frameOf("(*Task).run(")
	loopFrame = frameOf("(*Loop).runDue(")
)

// canRun reports whether a goroutine waits for nothing but a processor, by its stack.
func canRun(stack []byte) bool {
	header, _, _ := bytes.Cut(stack, []byte("\n"))
	return bytes.Contains(header, []byte("[run")) // running or runnable, and not asleep or in a system call
}

func frameOf(method string) []byte {
	return []byte(packagePath + "." + method)
}
