package periph

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	pgpio "periph.io/x/conn/v3/gpio"
	"periph.io/x/host/v3/gpioioctl"

	"ptvd/internal/gpio"
)

const (
	rise = pgpio.RisingEdge
	fall = pgpio.FallingEdge
)

// opened opens GPIO5 and GPIO6, which stand at the offsets 2 and 3 of their chip,
// and returns what they deliver: edges, and "overflow".
func opened(t *testing.T, set *fakeSet) (*lines, <-chan any) {
	t.Helper()
	c, _ := fakeChip("pinctrl-test", []string{"", "", "GPIO5", "GPIO6"}, set, nil)
	got := make(chan any, 100)
	l, err := boardOf(c).OpenLines([]string{"GPIO6", "GPIO5"}, gpio.PullUp,
		func(e gpio.Edge) { got <- e }, func() { got <- "overflow" })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = l.Close()
		if set.misuse.Load() {
			t.Error("the line set was used after it was closed, and that is another's file descriptor")
		}
	})
	return l.(*lines), got
}

func TestEdgesArriveInTheKernelsOrderUnderTheIndexThatWasAskedFor(t *testing.T) {
	set := newFakeSet(t)
	_, got := opened(t, set)
	set.edge(2, rise)
	set.edge(3, rise)
	set.edge(2, fall)
	for i, want := range []gpio.Edge{{Line: 1, Level: gpio.High, At: 1}, {Line: 0, Level: gpio.High, At: 2}, {Line: 1, Level: gpio.Low, At: 3}} {
		if e := <-got; e != want {
			t.Errorf("edge %d: %v, want %v", i, e, want)
		}
	}
}

func TestTwoEdgesAlikeTellThatOneBetweenWasLost(t *testing.T) {
	set := newFakeSet(t)
	_, got := opened(t, set)
	set.edge(2, fall)
	set.edge(3, fall) // another line: nothing lost
	set.edge(2, fall)
	var all []string
	for range 4 {
		switch e := (<-got).(type) {
		case gpio.Edge:
			all = append(all, fmt.Sprint(e.Line))
		case string:
			all = append(all, e)
		}
	}
	if want := []string{"1", "0", "overflow", "1"}; !reflect.DeepEqual(all, want) {
		t.Errorf("%v, want %v", all, want)
	}
}

func TestTheReaderWaitsOnceForEachEdge(t *testing.T) {
	set := newFakeSet(t)
	l, got := opened(t, set)
	for range 10 {
		set.edge(2, rise)
		set.edge(2, fall)
	}
	for range 20 {
		<-got
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	// One to prepare, one for each edge, one that Close ended.
	if n := set.waits.Load(); n > 22 {
		t.Errorf("%d waits for 20 edges: the reader spins", n)
	}
}

func TestNothingRunsAndNothingIsDeliveredOnceCloseReturns(t *testing.T) {
	set := newFakeSet(t)
	l, got := opened(t, set)
	storm := make(chan struct{})
	go func() {
		defer close(storm)
		for range 40 { // while Close is at work
			set.edge(2, rise)
			set.edge(2, fall)
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

func TestCloseEndsAReaderThatMissedTheFirstHalt(t *testing.T) {
	set := newFakeSet(t)
	set.halts = make(chan struct{}, 1)
	waiting, goOn := make(chan struct{}), make(chan struct{})
	set.beforeWait = func(n int32) {
		if n == 2 { // the reader has seen no stop, and waits from here on
			close(waiting)
			<-goOn
		}
	}
	l, _ := opened(t, set)
	<-waiting
	closed := make(chan error)
	go func() { closed <- l.Close() }()
	<-set.halts // this one is lost
	close(goOn)
	for {
		select {
		case <-set.halts:
		case err := <-closed:
			if err != nil {
				t.Error(err)
			}
			return
		}
	}
}

func TestASecondCloseDoesNothingAndReadingAfterItIsAnError(t *testing.T) {
	l, _ := opened(t, newFakeSet(t))
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
	set := newFakeSet(t)
	set.levels = 0b10
	l, _ := opened(t, set)
	for line, want := range []gpio.Level{gpio.Low, gpio.High} {
		if level, err := l.Read(line); level != want || err != nil {
			t.Errorf("line %d: %v, %v", line, level, err)
		}
	}
}

func TestAChipThatIsGoneEndsTheReaderAndTellsIt(t *testing.T) {
	set := newFakeSet(t)
	l, got := opened(t, set)
	set.kernel.Close()
	if e := <-got; e != "overflow" {
		t.Fatalf("got %v", e)
	}
	<-l.done
	if _, err := l.Read(0); err == nil {
		t.Error("the levels of a chip that is gone can be read")
	}
}

func TestBiasIsAskedForAsPeriphUnderstandsIt(t *testing.T) {
	for pull, want := range map[gpio.Pull]pgpio.Pull{
		gpio.PullNone: pgpio.PullNoChange, gpio.PullUp: pgpio.PullUp, gpio.PullDown: pgpio.PullDown,
	} {
		c, asked := fakeChip("pinctrl-test", []string{"GPIO17"}, newFakeSet(t), nil)
		l, err := boardOf(c).OpenLines([]string{"GPIO17"}, pull, func(gpio.Edge) {}, func() {})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if want := []request{{gpioioctl.LineInput, pgpio.BothEdges, want, []string{"GPIO17"}}}; !reflect.DeepEqual(*asked, want) {
			t.Errorf("%v: asked for %v, want %v", pull, *asked, want)
		}
	}
}

func TestLinesThatCannotBeOpenedSayWhy(t *testing.T) {
	busy := errors.New("LineSetFromConfig: device or resource busy") // as periph.io words it
	first, _ := fakeChip("pinctrl-test", []string{"GPIO5", "GPIO17"}, nil, busy)
	second, _ := fakeChip("expander", []string{"P0"}, nil, nil)
	b := boardOf(first, second)
	for _, c := range []struct {
		title, want string
		names       []string
	}{
		{"a number alone", "did you mean GPIO17?", []string{"17"}},
		{"small letters", "did you mean GPIO5?", []string{"gpio5"}},
		{"one line twice", "GPIO5 is named twice", []string{"GPIO5", "GPIO5"}},
		{"lines of two chips", "GPIO5 is a line of pinctrl-test and P0 of expander", []string{"GPIO5", "P0"}},
		{"no line", "1 to 64", nil},
		{"a line that is busy", "GPIO17: LineSetFromConfig: device or resource busy", []string{"GPIO17"}},
		{"an unnamed line", "no GPIO line", []string{""}},
	} {
		t.Run(c.title, func(t *testing.T) {
			l, err := b.OpenLines(c.names, gpio.PullNone, nil, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want …%s…", err, c.want)
			}
			if l != nil {
				t.Error("there are lines beside the error")
			}
		})
	}
}
