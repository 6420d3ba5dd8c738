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

// Each of these blocks the loop until its report has arrived. Without a report
// while it blocks the test would hang.
func TestABlockingStepIsReportedWhileItRuns(t *testing.T) {
	for _, c := range []struct {
		name  string
		block func(reported *atomic.Bool, done chan struct{}, pipe int)
		line  string
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
				done := make(chan struct{})
				var blocked scheduler.Blocked
				loop := scheduler.New(scheduler.Options{
					BlockedAfter: 5 * ms,
					OnBlocked: func(h scheduler.Blocked) {
						if reported.Load() {
							return
						}
						blocked = h
						reported.Store(true)
						close(done)
						syscall.Write(pipe[1], []byte{1})
					},
				})
				loop.Run(func(t *scheduler.Task) error {
					for range 20 {
						t.Go("parked", func(t *scheduler.Task) error { return t.Sleep(time.Hour) })
					}
					t.Sleep(ms)
					if where == "post" {
						loop.Post(func() { c.block(&reported, done, pipe[0]) })
						return t.Sleep(ms)
					}
					return t.Join(t.Go("blocks", func(t *scheduler.Task) error {
						t.Sleep(ms)
						c.block(&reported, done, pipe[0])
						return nil
					}, scheduler.Owner("lamp")))
				})
				syscall.Close(pipe[0])
				syscall.Close(pipe[1])
				want := scheduler.Blocked{Owner: "lamp", Name: "blocks"}
				if where == "post" {
					want = scheduler.Blocked{Name: "post"}
				}
				if blocked.Name != want.Name || blocked.Owner != want.Owner || blocked.For < 5*ms || !strings.Contains(string(blocked.Stack), c.line) {
					t.Errorf("%s: got %s/%s for %v, where the stack should name %s:\n%s", where, blocked.Owner, blocked.Name, blocked.For, c.line, blocked.Stack)
				}
				if strings.Contains(string(blocked.Stack), "\n\n") {
					t.Errorf("%s: more than one goroutine:\n%s", where, blocked.Stack)
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
func receiveUntil(_ *atomic.Bool, done chan struct{}, _ int) { <-done }

//go:noinline
func readUntil(_ *atomic.Bool, _ chan struct{}, pipe int) { syscall.Read(pipe, make([]byte, 1)) }

// The timer is set before a wait, and not for each: whatever ends the wait, the step after
// it is watched. Without a report the test would hang.
func TestABlockingStepIsReportedHoweverTheWaitBeforeItEnded(t *testing.T) {
	for name, wait := range map[string]func(*scheduler.Task){
		"on time, as many before it": func(t *scheduler.Task) {
			for range 30 {
				t.Sleep(ms)
			}
		},
		"by a post in an hour's sleep": func(t *scheduler.Task) {
			flag := scheduler.NewFlag(t.Loop())
			time.AfterFunc(ms, flag.Set)
			t.Timeout(time.Hour, func() error { return flag.Wait(t) })
		},
		"by a post, where nothing was due": func(t *scheduler.Task) {
			flag := scheduler.NewFlag(t.Loop())
			time.AfterFunc(ms, flag.Set)
			flag.Wait(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var reported atomic.Bool
			var age time.Duration
			loop := scheduler.New(scheduler.Options{
				BlockedAfter: 20 * ms,
				OnBlocked: func(h scheduler.Blocked) {
					if !reported.Load() {
						age = h.For
						reported.Store(true)
					}
				},
			})
			loop.Run(func(t *scheduler.Task) error {
				wait(t)
				spinUntil(&reported, nil, 0)
				return nil
			})
			if age < 20*ms {
				t.Errorf("reported at the age of %v", age)
			}
		})
	}
}

func TestTheWatchdogHasAThreadOfItsOwn(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	var reported atomic.Bool
	loop := scheduler.New(scheduler.Options{
		BlockedAfter: 5 * ms,
		OnBlocked:    func(scheduler.Blocked) { reported.Store(true) },
	})
	loop.Run(func(*scheduler.Task) error {
		if n := runtime.GOMAXPROCS(0); n < 2 {
			t.Errorf("there are %d", n)
		}
		spinUntil(&reported, nil, 0)
		return nil
	})
}

func TestABlockingStepIsReportedAgainWhenItsAgeHasDoubled(t *testing.T) {
	var reports atomic.Int32
	var ages [3]time.Duration
	loop := scheduler.New(scheduler.Options{
		BlockedAfter: 5 * ms,
		OnBlocked: func(h scheduler.Blocked) {
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
func (c doubled) Kernel(i scheduler.Instant) scheduler.Instant { return i / 2 }
func (c doubled) Wait(until scheduler.Instant) (scheduler.Instant, error) {
	now, err := c.Clock.Wait(c.Kernel(until))
	return 2 * now, err
}

func TestABlockingStepIsReportedInRealTimeWhenTheLoopsClockRunsFaster(t *testing.T) {
	done := make(chan struct{})
	var once atomic.Bool
	var blocked scheduler.Blocked
	loop := scheduler.New(scheduler.Options{
		Clock:        doubled{scheduler.NewSystemClock()},
		BlockedAfter: 20 * ms,
		OnBlocked: func(h scheduler.Blocked) {
			if !once.Swap(true) {
				blocked = h
				close(done)
			}
		},
	})
	began := time.Now()
	loop.Run(func(*scheduler.Task) error {
		<-done
		return nil
	})
	if whole := time.Since(began); blocked.Name != "main" || blocked.For < 20*ms || blocked.For > whole {
		t.Errorf("%s was reported after %v of %v", blocked.Name, blocked.For, whole)
	}
}

// Several light steps are timed together; the one that blocks the loop is identified
// nevertheless.
func TestTheBlockingStepIsIdentifiedAmongStepsThatAreTimedTogether(t *testing.T) {
	var reported atomic.Bool
	var unblocked []string
	loop := scheduler.New(scheduler.Options{
		BlockedAfter: 20 * ms,
		OnBlocked:    func(scheduler.Blocked) { reported.Store(true) },
		OnUnblocked:  func(h scheduler.Blocked) { unblocked = append(unblocked, h.Name) },
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
	if !slices.Contains(unblocked, "heavy") {
		t.Errorf("reported %v", unblocked)
	}
}

// Otherwise many short calls could block the loop without a report.
func TestRunAsDoesNotRestartTheAgeOfTheStep(t *testing.T) {
	var before, during time.Duration
	var reported, called atomic.Bool
	loop := scheduler.New(scheduler.Options{
		BlockedAfter: 5 * ms,
		OnBlocked: func(h scheduler.Blocked) {
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
		loop.RunAs("panel", "next", func() { spinUntil(&called, nil, 0) })
		return nil
	})
	if during < 2*before {
		t.Errorf("reported at the age of %v, and in a call from the same step at %v", before, during)
	}
}
