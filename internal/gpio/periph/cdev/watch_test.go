package cdev

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
	"pgregory.net/rapid"

	"ptvd/internal/gpio/gpioext"
)

const (
	rise = uapi.LineEventRisingEdge
	fall = uapi.LineEventFallingEdge
)

// watched watches GPIO6 and GPIO5, which are at the offsets 3 and 2 of their chip, and
// returns what is delivered: edges, and "overflow".
func watched(t *testing.T, h *fakeHandle) (*watch, <-chan any) {
	t.Helper()
	k, _ := kernelOf(h, nil, headerChip("", "", "GPIO5", "GPIO6"))
	got := make(chan any, 10_000)
	w, err := k.watch([]string{"GPIO6", "GPIO5"}, gpio.PullUp,
		func(edges []gpioext.Edge) {
			for _, e := range edges {
				got <- e
			}
		}, func() { got <- "overflow" })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w, got
}

func TestEdgesHaveTheKernelsOrderAndTimeAndTheIndexOfTheirName(t *testing.T) {
	h := newFakeHandle()
	_, got := watched(t, h)
	h.edge(2, rise, 10)
	h.edge(3, rise, 20)
	h.edge(2, fall, 30)
	for i, want := range []gpioext.Edge{{Pin: 1, Level: gpio.High, Time: 10}, {Pin: 0, Level: gpio.High, Time: 20}, {Pin: 1, Level: gpio.Low, Time: 30}} {
		if e := <-got; e != want {
			t.Errorf("edge %d: %v, want %v", i, e, want)
		}
	}
}

func TestEdgesQueuedOutOfOrderAreSortedBySequenceNumber(t *testing.T) {
	w := watch{offsets: []uint32{2, 3}, last: make([]time.Duration, 2)}
	var got []int
	w.deliver = func(edges []gpioext.Edge) {
		for _, e := range edges {
			got = append(got, e.Pin)
		}
	}
	w.take([]uapi.LineEvent{
		{Offset: 2, Timestamp: 10, Seqno: 1<<32 - 1}, {Offset: 2, Timestamp: 30, Seqno: 1}, {Offset: 3, Timestamp: 20, Seqno: 0},
	})
	if want := []int{0, 1, 0}; !reflect.DeepEqual(got, want) {
		t.Errorf("edges of the lines %v, want %v", got, want)
	}
}

func TestTimestampsOfALineNeverDecrease(t *testing.T) {
	w := watch{offsets: []uint32{2, 3}, last: make([]time.Duration, 2)}
	var got []time.Duration
	w.deliver = func(edges []gpioext.Edge) {
		for _, e := range edges {
			got = append(got, e.Time)
		}
	}
	w.take([]uapi.LineEvent{
		{Offset: 2, Timestamp: 90, Seqno: 1},
		{Offset: 3, Timestamp: 80, Seqno: 2}, // another line
		{Offset: 2, Timestamp: 85, Seqno: 3},
		{Offset: 7, Timestamp: 95, Seqno: 4}, // a line that is not in the request
	})
	if want := []time.Duration{90, 80, 90}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestAnOverflowIsReportedAfterTheQueuedEdges(t *testing.T) {
	h := newFakeHandle()
	for at := range uint64(gpioext.QueueSize + 3) { // before anybody reads
		h.edge(2, rise, at)
	}
	_, got := watched(t, h)
	for at := range time.Duration(gpioext.QueueSize) {
		if e := <-got; e != (gpioext.Edge{Pin: 1, Level: gpio.High, Time: at + 3}) {
			t.Fatalf("the edge at %v is %v", at+3, e)
		}
	}
	if e := <-got; e != "overflow" {
		t.Errorf("after the edges came %v", e)
	}
}

// The kernel's queue and a reader that comes to it now and then.
func TestEveryOverflowIsReportedByTheNextReadAndNoOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newFakeHandle()
		var overflows int
		w := watch{
			handle: h, offsets: []uint32{2, 3}, last: make([]time.Duration, 2),
			deliver: func([]gpioext.Edge) {}, overflow: func() { overflows++ },
		}
		edges := make([]uapi.LineEvent, gpioext.QueueSize)
		for range rapid.IntRange(1, 5).Draw(t, "reads") {
			before, mergers := h.dropped, 0
			for range rapid.OneOf(rapid.IntRange(1, 9), rapid.IntRange(gpioext.QueueSize-2, gpioext.QueueSize+2)).Draw(t, "edges") {
				if rapid.IntRange(0, 99).Draw(t, "merge") == 0 {
					h.merge()
					mergers++
				}
				h.edge(rapid.SampledFrom([]uint32{2, 3}).Draw(t, "line"), rise, 0)
			}
			told := overflows
			n, _ := h.read(edges)
			w.take(edges[:n])
			switch lost := h.dropped > before; {
			case lost && overflows != told+1:
				t.Fatalf("%d edges were dropped, and nothing was told", h.dropped-before)
			case !lost && overflows != told && (mergers == 0 || n < gpioext.QueueSize):
				t.Fatalf("a loss was told of %d edges, %d of them merged", n, mergers)
			}
		}
	})
}

func TestDeliveringEdgesDoesNotAllocate(t *testing.T) {
	w := watch{offsets: []uint32{2}, last: make([]time.Duration, 1), deliver: func([]gpioext.Edge) {}}
	edges := make([]uapi.LineEvent, 8)
	for i := range edges {
		edges[i] = uapi.LineEvent{Offset: 2, ID: rise, Seqno: uint32(len(edges) - i)}
	}
	if n := testing.AllocsPerRun(100, func() { w.take(edges) }); n != 0 {
		t.Errorf("%v allocations for 8 edges", n)
	}
}

func TestNothingRunsAndNothingIsDeliveredAfterClose(t *testing.T) {
	h := newFakeHandle()
	w, got := watched(t, h)
	storm := make(chan struct{})
	go func() {
		defer close(storm)
		for at := range uint64(1000) { // while Close is at work
			h.edge(2, rise, at)
		}
	}()
	<-got
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-w.done:
	default:
		t.Fatal("the reader still runs")
	}
	delivered := len(got)
	<-storm
	if len(got) != delivered {
		t.Error("an edge came after Close")
	}
}

func TestASecondCloseDoesNothingAndReadingAfterwardsIsAnError(t *testing.T) {
	w, _ := watched(t, newFakeHandle())
	for range 2 {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.Levels(); !errors.Is(err, os.ErrClosed) || !strings.Contains(err.Error(), "GPIO6") {
		t.Errorf("read after Close: %v", err)
	}
}

func TestLevelsHasABitForEachLine(t *testing.T) {
	h := newFakeHandle()
	h.values = 0b110
	w, _ := watched(t, h)
	if levels, err := w.Levels(); levels != 0b10 || err != nil {
		t.Errorf("%b, %v", levels, err)
	}
}

func TestARemovedChipEndsTheReaderAndIsReported(t *testing.T) {
	h := newFakeHandle()
	w, got := watched(t, h)
	h.remove()
	if e := <-got; e != "overflow" {
		t.Fatalf("got %v", e)
	}
	<-w.done
	if _, err := w.Levels(); !errors.Is(err, unix.ENODEV) || !strings.Contains(err.Error(), "GPIO6") {
		t.Errorf("reading a level: %v", err)
	}
	if h.reads != 1 {
		t.Errorf("%d reads of a chip that is gone", h.reads)
	}
}

func TestLinesAreRequestedTogetherWithTheirBiasAndALargeQueue(t *testing.T) {
	for pull, bias := range map[gpio.Pull]uapi.LineFlagV2{
		gpio.PullNoChange: 0, gpio.Float: uapi.LineFlagV2BiasDisabled,
		gpio.PullUp: uapi.LineFlagV2BiasPullUp, gpio.PullDown: uapi.LineFlagV2BiasPullDown,
	} {
		k, calls := kernelOf(newFakeHandle(), nil, headerChip("GPIO4", "GPIO5", "GPIO6"))
		w, err := k.watch([]string{"GPIO6", "GPIO5"}, pull, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		want := uapi.LineRequest{Lines: 2, EventBufferSize: 512}
		want.Offsets[0], want.Offsets[1] = 2, 1
		want.Config.Flags = uapi.LineFlagV2Input | uapi.LineFlagV2EdgeRising | uapi.LineFlagV2EdgeFalling | bias
		copy(want.Consumer[:], "ptvd")
		if !reflect.DeepEqual(*calls, []call{{"/dev/gpiochip0", want}}) {
			t.Errorf("%v: requested %+v", pull, *calls)
		}
	}
}

func TestAChipWithoutInterruptsIsToldByTheKernelsErrors(t *testing.T) {
	for _, errno := range noInterrupts {
		k, _ := kernelOf(nil, errno, headerChip("GPIO5"))
		pin := newPin(k, "GPIO5", -1)
		if _, err := pin.WatchEdges([]string{"GPIO5"}, gpio.PullUp, nil, nil); !errors.Is(err, gpioext.ErrNoEdges) {
			t.Errorf("WatchEdges after %v: %v", errno, err)
		}
		if err := pin.In(gpio.PullUp, gpio.BothEdges); !errors.Is(err, gpioext.ErrNoEdges) {
			t.Errorf("In with edges after %v: %v", errno, err)
		}
		if err := pin.In(gpio.PullUp, gpio.NoEdge); errors.Is(err, gpioext.ErrNoEdges) || !errors.Is(err, errno) {
			t.Errorf("In without edges after %v: %v", errno, err)
		}
	}
}
