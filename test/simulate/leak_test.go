package simulate

import (
	"os"
	"runtime"
	"testing"
	"time"
)

// inUse is what a run takes from the process and has to give back.
type inUse struct{ goroutines, files int }

func used(t *testing.T) inUse {
	t.Helper()
	if r, w, err := os.Pipe(); err == nil { // makes the runtime open its poller, which it keeps
		r.Close()
		w.Close()
	}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil && runtime.GOOS == "linux" {
		t.Fatal(err)
	}
	return inUse{runtime.NumGoroutine(), len(files)}
}

// mustGiveBack waits until nothing more is in use than before. The last goroutines
// may have a few instructions to go.
func (before inUse) mustGiveBack(t *testing.T) {
	t.Helper()
	var now inUse
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); runtime.Gosched() {
		now = used(t)
		if now.goroutines <= before.goroutines && now.files <= before.files {
			return
		}
	}
	stacks := make([]byte, 64<<10)
	t.Errorf("it leaks: before %+v, after %+v\n%s", before, now, stacks[:runtime.Stack(stacks, true)])
}

// mustNotGrow compares the memory in use at the end with that after the first days.
func mustNotGrow(t *testing.T, heap []uint64) {
	t.Helper()
	const start, much = 2, 4 << 20
	if len(heap) <= start {
		return
	}
	if first, last := heap[start], heap[len(heap)-1]; last > first+much {
		t.Errorf("the heap grew from %d to %d KiB in %d days: %d", first>>10, last>>10, len(heap)-start, heap)
	}
}
