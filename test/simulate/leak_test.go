package simulate

import (
	"os"
	"runtime"
	"testing"
	"time"
)

// inUse counts what a run must release.
type inUse struct{ goroutines, files int }

func used(t *testing.T) inUse {
	t.Helper()
	if r, w, err := os.Pipe(); err == nil { // makes the runtime open its poller, which stays open
		r.Close()
		w.Close()
	}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil && runtime.GOOS == "linux" {
		t.Fatal(err)
	}
	return inUse{runtime.NumGoroutine(), len(files)}
}

// checkReleased waits until no more is in use than before. The last goroutines may
// still have to return.
func (before inUse) checkReleased(t *testing.T) {
	t.Helper()
	var now inUse
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); runtime.Gosched() {
		now = used(t)
		if now.goroutines <= before.goroutines && now.files <= before.files {
			return
		}
	}
	stacks := make([]byte, 64<<10)
	t.Errorf("leak: before %+v, after %+v\n%s", before, now, stacks[:runtime.Stack(stacks, true)])
}

// checkHeap compares the memory in use at the end with the memory after two days.
func checkHeap(t *testing.T, heap []uint64) {
	t.Helper()
	const start, limit = 2, 4 << 20
	if len(heap) <= start {
		return
	}
	if first, last := heap[start], heap[len(heap)-1]; last > first+limit {
		t.Errorf("the heap grew from %d to %d KiB in %d days: %d", first>>10, last>>10, len(heap)-start, heap)
	}
}
