package periph

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
)

const (
	rise = uapi.LineEventRisingEdge
	fall = uapi.LineEventFallingEdge
)

// later is a clock that is past every stamp of a test.
func later() scheduler.Instant { return 1 << 40 }

// opened opens GPIO6 and GPIO5, which stand at the offsets 3 and 2 of their chip,
// and returns what they deliver: edges, and "overflow".
func opened(t *testing.T, h *fakeHandle) (*lines, <-chan any) {
	t.Helper()
	b, _ := boardOf(h, nil, headerChip("", "", "GPIO5", "GPIO6"))
	b.now = later
	got := make(chan any, 10_000)
	l, err := b.OpenLines([]string{"GPIO6", "GPIO5"}, gpio.PullUp,
		func(e gpio.Edge) { got <- e }, func() { got <- "overflow" })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.(*lines), got
}

func TestEdgesArriveInTheKernelsOrderAndTimeUnderTheIndexThatWasAskedFor(t *testing.T) {
	h := newFakeHandle()
	_, got := opened(t, h)
	h.edge(2, rise, 10)
	h.edge(3, rise, 20)
	h.edge(2, fall, 30)
	for i, want := range []gpio.Edge{{Line: 1, Level: gpio.High, At: 10}, {Line: 0, Level: gpio.High, At: 20}, {Line: 1, Level: gpio.Low, At: 30}} {
		if e := <-got; e != want {
			t.Errorf("edge %d: %v, want %v", i, e, want)
		}
	}
}

func TestEdgesThatWereQueuedInAnotherOrderAreDeliveredInThatOfTheirInterrupts(t *testing.T) {
	l := lines{index: map[uint32]int{2: 0, 3: 1}, last: make([]scheduler.Instant, 2), now: later}
	var got []int
	l.deliver = func(e gpio.Edge) { got = append(got, e.Line) }
	l.take([]uapi.LineEvent{
		{Offset: 2, Timestamp: 10, Seqno: 1<<32 - 1}, {Offset: 2, Timestamp: 30, Seqno: 1}, {Offset: 3, Timestamp: 20, Seqno: 0},
	})
	if want := []int{0, 1, 0}; !reflect.DeepEqual(got, want) {
		t.Errorf("edges of the lines %v, want %v", got, want)
	}
}

func TestAStampIsNeverInTheFutureNorBeforeTheLastOfItsLine(t *testing.T) {
	l := lines{
		index: map[uint32]int{2: 0, 3: 1}, last: make([]scheduler.Instant, 2),
		now: func() scheduler.Instant { return 100 },
	}
	var got []scheduler.Instant
	l.deliver = func(e gpio.Edge) { got = append(got, e.At) }
	l.take([]uapi.LineEvent{
		{Offset: 2, Timestamp: 90, Seqno: 1},
		{Offset: 3, Timestamp: 80, Seqno: 2}, // another line's is what it is
		{Offset: 2, Timestamp: 85, Seqno: 3},
		{Offset: 2, Timestamp: 1 << 50, Seqno: 4},
		{Offset: 7, Timestamp: 95, Seqno: 5}, // a line that nobody asked for
	})
	if want := []scheduler.Instant{90, 80, 90, 100}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestWhatAFullQueueLostIsToldAfterWhatItKept(t *testing.T) {
	h := newFakeHandle()
	for at := range uint64(gpio.QueueSize + 3) { // before anybody reads
		h.edge(2, rise, at)
	}
	_, got := opened(t, h)
	for at := range scheduler.Instant(gpio.QueueSize) {
		if e := <-got; e != (gpio.Edge{Line: 1, Level: gpio.High, At: at + 3}) {
			t.Fatalf("the edge at %v is %v", at+3, e)
		}
	}
	if e := <-got; e != "overflow" {
		t.Errorf("after the edges came %v", e)
	}
}

// The kernel's queue and a reader that comes to it now and then.
func TestEveryLossIsToldByTheNextReadAndNoneThatWasNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newFakeHandle()
		var overflows int
		l := lines{
			handle: h, index: map[uint32]int{2: 0, 3: 1}, last: make([]scheduler.Instant, 2), now: later,
			deliver: func(gpio.Edge) {}, overflow: func() { overflows++ },
		}
		edges := make([]uapi.LineEvent, gpio.QueueSize)
		for range rapid.IntRange(1, 5).Draw(t, "reads") {
			before, mergers := h.dropped, 0
			for range rapid.OneOf(rapid.IntRange(1, 9), rapid.IntRange(gpio.QueueSize-2, gpio.QueueSize+2)).Draw(t, "edges") {
				if rapid.IntRange(0, 99).Draw(t, "merge") == 0 {
					h.merge()
					mergers++
				}
				h.edge(rapid.SampledFrom([]uint32{2, 3}).Draw(t, "line"), rise, 0)
			}
			told := overflows
			n, _ := h.Read(edges)
			l.take(edges[:n])
			switch lost := h.dropped > before; {
			case lost && overflows != told+1:
				t.Fatalf("%d edges were dropped, and nothing was told", h.dropped-before)
			case !lost && overflows != told && (mergers == 0 || n < gpio.QueueSize):
				t.Fatalf("a loss was told of %d edges, %d of them merged", n, mergers)
			}
		}
	})
}

func TestAnEdgeAllocatesNothing(t *testing.T) {
	l := lines{index: map[uint32]int{2: 0}, last: make([]scheduler.Instant, 1), now: later, deliver: func(gpio.Edge) {}}
	edges := make([]uapi.LineEvent, 8)
	for i := range edges {
		edges[i] = uapi.LineEvent{Offset: 2, ID: rise, Seqno: uint32(len(edges) - i)}
	}
	if n := testing.AllocsPerRun(100, func() { l.take(edges) }); n != 0 {
		t.Errorf("%v allocations for 8 edges", n)
	}
}

func TestNothingRunsAndNothingIsDeliveredOnceCloseReturns(t *testing.T) {
	h := newFakeHandle()
	l, got := opened(t, h)
	storm := make(chan struct{})
	go func() {
		defer close(storm)
		for at := range uint64(1000) { // while Close is at work
			h.edge(2, rise, at)
		}
	}()
	<-got
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-l.done:
	default:
		t.Fatal("the reader still runs")
	}
	delivered := len(got)
	<-storm
	if len(got) != delivered {
		t.Error("an edge came after Close")
	}
}

func TestASecondCloseDoesNothingAndReadingAfterItIsAnError(t *testing.T) {
	l, _ := opened(t, newFakeHandle())
	for range 2 {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := l.Read(0); !errors.Is(err, errClosed) || !strings.Contains(err.Error(), "GPIO6") {
		t.Errorf("read after Close: %v", err)
	}
}

func TestLevelsAreElectrical(t *testing.T) {
	h := newFakeHandle()
	h.values = 0b10
	l, _ := opened(t, h)
	for line, want := range []gpio.Level{gpio.Low, gpio.High} {
		if level, err := l.Read(line); level != want || err != nil {
			t.Errorf("line %d: %v, %v", line, level, err)
		}
	}
}

func TestAChipThatIsGoneEndsTheReaderAndTellsIt(t *testing.T) {
	h := newFakeHandle()
	l, got := opened(t, h)
	h.lose()
	if e := <-got; e != "overflow" {
		t.Fatalf("got %v", e)
	}
	<-l.done
	if _, err := l.Read(0); !errors.Is(err, unix.ENODEV) || !strings.Contains(err.Error(), "GPIO6") {
		t.Errorf("reading a level: %v", err)
	}
	if h.reads != 1 {
		t.Errorf("%d reads of a chip that is gone", h.reads)
	}
}

func TestLinesAreAskedForTogetherWithTheirBiasAndALargerQueue(t *testing.T) {
	for pull, bias := range map[gpio.Pull]uapi.LineFlagV2{
		gpio.PullNone: 0, gpio.PullUp: uapi.LineFlagV2BiasPullUp, gpio.PullDown: uapi.LineFlagV2BiasPullDown,
	} {
		b, asked := boardOf(newFakeHandle(), nil, headerChip("GPIO4", "GPIO5", "GPIO6"))
		l, err := b.OpenLines([]string{"GPIO6", "GPIO5"}, pull, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		want := uapi.LineRequest{Lines: 2, EventBufferSize: 512}
		want.Offsets[0], want.Offsets[1] = 2, 1
		want.Config.Flags = uapi.LineFlagV2Input | uapi.LineFlagV2EdgeRising | uapi.LineFlagV2EdgeFalling | bias
		copy(want.Consumer[:], "ptvd")
		if !reflect.DeepEqual(*asked, []ask{{"/dev/gpiochip0", want}}) {
			t.Errorf("%v: asked for %+v", pull, *asked)
		}
	}
}
