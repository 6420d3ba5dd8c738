package scheduler_test

import (
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

// Each of these holds the loop until the report of it has come. One that did not
// come while it does would hang the test.
func TestAStepThatHoldsTheLoopIsReportedWhileItDoes(t *testing.T) {
	for _, c := range []struct {
		name string
		hold func(reported *atomic.Bool, told chan struct{}, pipe int)
		line string
	}{
		{"spinning", spinUntil, "spinUntil"},
		{"waiting for a channel", receiveUntil, "receiveUntil"},
		{"in a system call", readUntil, "readUntil"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, where := range []string{"task", "post"} {
				var pipe [2]int
				if err := syscall.Pipe(pipe[:]); err != nil {
					t.Fatal(err)
				}
				var reported atomic.Bool
				told := make(chan struct{})
				var hog scheduler.Hog
				loop := scheduler.New(scheduler.Options{
					HogAfter: 5 * ms,
					OnHog: func(h scheduler.Hog) {
						if reported.Load() {
							return
						}
						hog = h
						reported.Store(true)
						close(told)
						syscall.Write(pipe[1], []byte{1})
					},
				})
				loop.Run(func(t *scheduler.Task) error {
					for range 20 {
						t.Go("parked", func(t *scheduler.Task) error { return t.Sleep(time.Hour) })
					}
					t.Sleep(ms)
					if where == "post" {
						loop.Post(func() { c.hold(&reported, told, pipe[0]) })
						return t.Sleep(ms)
					}
					return t.Join(t.Go("hog", func(t *scheduler.Task) error {
						t.Sleep(ms)
						c.hold(&reported, told, pipe[0])
						return nil
					}, scheduler.Owner("lamp")))
				})
				syscall.Close(pipe[0])
				syscall.Close(pipe[1])
				want := scheduler.Hog{Owner: "lamp", Name: "hog"}
				if where == "post" {
					want = scheduler.Hog{Name: "post"}
				}
				if hog.Name != want.Name || hog.Owner != want.Owner || hog.For < 5*ms || !strings.Contains(string(hog.Stack), c.line) {
					t.Errorf("%s: got %s/%s for %v, where the stack should name %s:\n%s", where, hog.Owner, hog.Name, hog.For, c.line, hog.Stack)
				}
				if strings.Contains(string(hog.Stack), "\n\n") {
					t.Errorf("%s: more than one goroutine:\n%s", where, hog.Stack)
				}
			}
		})
	}
}

//go:noinline
func spinUntil(reported *atomic.Bool, _ chan struct{}, _ int) {
	for !reported.Load() {
	}
}

//go:noinline
func receiveUntil(_ *atomic.Bool, told chan struct{}, _ int) { <-told }

//go:noinline
func readUntil(_ *atomic.Bool, _ chan struct{}, pipe int) { syscall.Read(pipe, make([]byte, 1)) }

func TestTheWatchdogHasAProcessorOfItsOwn(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	var reported atomic.Bool
	loop := scheduler.New(scheduler.Options{
		HogAfter: 5 * ms,
		OnHog:    func(scheduler.Hog) { reported.Store(true) },
	})
	loop.Run(func(*scheduler.Task) error {
		if n := runtime.GOMAXPROCS(0); n < 2 {
			t.Errorf("there are %d", n)
		}
		spinUntil(&reported, nil, 0)
		return nil
	})
}

func TestALongStepIsReportedAgainWhenItsAgeHasDoubled(t *testing.T) {
	var reports atomic.Int32
	var ages [3]time.Duration
	loop := scheduler.New(scheduler.Options{
		HogAfter: 5 * ms,
		OnHog: func(h scheduler.Hog) {
			if n := reports.Load(); int(n) < len(ages) {
				ages[n] = h.For
				reports.Add(1)
			}
		},
	})
	loop.Run(func(*scheduler.Task) error {
		for reports.Load() < 3 {
		}
		return nil
	})
	if ages[1] < 2*ages[0] || ages[2] < 2*ages[1] {
		t.Errorf("reported at the ages of %v", ages)
	}
}

// doubled is the system's clock at twice its speed.
type doubled struct{ scheduler.Clock }

func (c doubled) Now() scheduler.Instant                       { return 2 * c.Clock.Now() }
func (c doubled) Wait(until scheduler.Instant) error           { return c.Clock.Wait(c.Kernel(until)) }
func (c doubled) Kernel(i scheduler.Instant) scheduler.Instant { return i / 2 }

func TestAHogIsReportedInRealTimeAlsoWhereTimeIsAnother(t *testing.T) {
	told := make(chan struct{})
	var once atomic.Bool
	var hog scheduler.Hog
	loop := scheduler.New(scheduler.Options{
		Clock:    doubled{scheduler.NewSystemClock()},
		HogAfter: 20 * ms,
		OnHog: func(h scheduler.Hog) {
			if !once.Swap(true) {
				hog = h
				close(told)
			}
		},
	})
	began := time.Now()
	loop.Run(func(*scheduler.Task) error {
		<-told
		return nil
	})
	if whole := time.Since(began); hog.Name != "main" || hog.For < 20*ms || hog.For > whole {
		t.Errorf("%s was reported after %v of %v", hog.Name, hog.For, whole)
	}
}

// A crowd of light steps is timed as one; the one that holds the loop is known all
// the same.
func TestWhoHeldTheLoopIsKnownInACrowd(t *testing.T) {
	var reported atomic.Bool
	var held []string
	loop := scheduler.New(scheduler.Options{
		HogAfter: 20 * ms,
		OnHog:    func(scheduler.Hog) { reported.Store(true) },
		OnHeld:   func(h scheduler.Hog) { held = append(held, h.Name) },
	})
	loop.Run(func(t *scheduler.Task) error {
		return t.Group(func(g *scheduler.Group) error {
			for i := range 20 {
				name := "light"
				if i == 3 {
					name = "heavy"
				}
				g.Go(name, func(t *scheduler.Task) error {
					for n := range 1000 {
						if name == "heavy" && n == 500 {
							reported.Store(false)
							spinUntil(&reported, nil, 0)
						}
						t.Yield()
					}
					return nil
				})
			}
			return nil
		})
	})
	if !slices.Contains(held, "heavy") {
		t.Errorf("told of %v", held)
	}
}

// Else one that makes many short calls could hold the loop for ever without a word.
func TestACallDoesNotMakeTheStepYoungAgain(t *testing.T) {
	var before, during time.Duration
	var reported, called atomic.Bool
	loop := scheduler.New(scheduler.Options{
		HogAfter: 5 * ms,
		OnHog: func(h scheduler.Hog) {
			switch {
			case called.Load():
			case h.Name == "main":
				before = h.For
				reported.Store(true)
			default:
				during = h.For
				called.Store(true)
			}
		},
	})
	loop.Run(func(*scheduler.Task) error {
		spinUntil(&reported, nil, 0)
		loop.As("panel", "next", func() { spinUntil(&called, nil, 0) })
		return nil
	})
	if during < 2*before {
		t.Errorf("reported at the age of %v, and in a call from the same step at %v", before, during)
	}
}
