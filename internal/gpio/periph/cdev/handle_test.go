package cdev

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
)

// piped returns a request on a pipe in place of the kernel's file, and the end to which
// edges are written.
func piped(t *testing.T) (*lineFile, *os.File) {
	t.Helper()
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	kernel := os.NewFile(uintptr(ends[1]), "kernel")
	t.Cleanup(func() { kernel.Close() })
	l, err := newLineFile(ends[0], "/dev/gpiochip0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, kernel
}

func TestOneReadReturnsAllQueuedEdges(t *testing.T) {
	l, kernel := piped(t)
	sent := [2]uapi.LineEvent{
		{Timestamp: 1 << 40, ID: rise, Offset: 17, Seqno: 1, LineSeqno: 1},
		{Timestamp: 1<<40 + 5, ID: fall, Offset: 27, Seqno: 2, LineSeqno: 1},
	}
	if _, err := kernel.Write(unsafe.Slice((*byte)(unsafe.Pointer(&sent)), unsafe.Sizeof(sent))); err != nil {
		t.Fatal(err)
	}
	got := make(chan []uapi.LineEvent)
	go func() {
		_ = l.Read(make([]uapi.LineEvent, 8), func(edges []uapi.LineEvent) { got <- slices.Clone(edges) })
	}()
	if edges := <-got; !slices.Equal(edges, sent[:]) {
		t.Errorf("%d edges: %v", len(edges), edges)
	}
}

func TestEdgesThatFillARead(t *testing.T) {
	l, kernel := piped(t)
	if _, err := kernel.Write(make([]byte, 5*edgeSize)); err != nil {
		t.Fatal(err)
	}
	got := make(chan int)
	go func() {
		_ = l.Read(make([]uapi.LineEvent, 2), func(edges []uapi.LineEvent) { got <- len(edges) })
	}()
	if reads := [3]int{<-got, <-got, <-got}; reads != [3]int{2, 2, 1} {
		t.Errorf("%v edges were read", reads)
	}
}

func TestCloseEndsARead(t *testing.T) {
	l, _ := piped(t)
	ended := make(chan error)
	go func() {
		ended <- l.Read(make([]uapi.LineEvent, 1), func([]uapi.LineEvent) {})
	}()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, os.ErrClosed) {
		t.Errorf("the read ended with %v", err)
	}
	if _, err := l.Values(1); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a level, after Close: %v", err)
	}
	if err := l.SetValues(uapi.LineValues{Mask: 1}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("setting one: %v", err)
	}
}

func TestAFileThatIsNotAChipIsRejected(t *testing.T) {
	if _, err := requestLines(os.DevNull, &uapi.LineRequest{}); !errors.Is(err, unix.ENOTTY) {
		t.Errorf("of %s: %v", os.DevNull, err)
	}
	if _, err := requestLines("/nowhere", &uapi.LineRequest{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of no file: %v", err)
	}
}

func TestReadOneWaitsUntilItsTimeout(t *testing.T) {
	l, kernel := piped(t)
	if err := l.ReadOne(0); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("without an edge: %v", err)
	}
	if err := l.ReadOne(time.Nanosecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("after the timeout: %v", err)
	}
	event := make([]byte, edgeSize)
	for _, timeout := range []time.Duration{0, time.Hour, -1} {
		if _, err := kernel.Write(event); err != nil {
			t.Fatal(err)
		}
		if err := l.ReadOne(timeout); err != nil {
			t.Errorf("timeout %v with an edge queued: %v", timeout, err)
		}
	}
	waiting := make(chan error)
	go func() { waiting <- l.ReadOne(-1) }()
	if _, err := kernel.Write(event); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; err != nil {
		t.Errorf("waiting for ever: %v", err)
	}
}
