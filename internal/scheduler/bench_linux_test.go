package scheduler_test

import (
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ptvd/internal/scheduler"
)

// BenchmarkLateness is a period of 10 ms for 10 s: how late the ticks are, and how
// often a thread of the process went to sleep for it.
func BenchmarkLateness(b *testing.B) {
	const period, ticks = 10 * time.Millisecond, 1000
	b.Run("impl=loop", func(b *testing.B) {
		for b.Loop() {
			run(func(t *scheduler.Task) {
				late := newLateness(b)
				for tick := range t.Every(period) {
					if late.add(t.Now().Sub(tick.Due)); tick.N >= ticks {
						break
					}
				}
				late.report()
				b.ReportMetric(float64(t.Loop().Snapshot().Wakeups)/ticks, "wakeups/tick")
			})
		}
	})
	b.Run("impl=watched", func(b *testing.B) {
		for b.Loop() {
			loop := scheduler.New(scheduler.Options{OnBlocked: func(scheduler.Blocked) {}})
			loop.Run(func(t *scheduler.Task) error {
				late := newLateness(b)
				for tick := range t.Every(period) {
					if late.add(t.Now().Sub(tick.Due)); tick.N >= ticks {
						break
					}
				}
				late.report()
				return nil
			})
		}
	})
	b.Run("impl=poller", func(b *testing.B) { // the least that it takes in Go: a timerfd in the poller, and no loop
		fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK)
		if err != nil {
			b.Fatal(err)
		}
		timer := os.NewFile(uintptr(fd), "timerfd")
		defer timer.Close()
		conn, err := timer.SyscallConn()
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			late := newLateness(b)
			start := time.Now()
			for n := range ticks {
				due, isSet := start.Add(time.Duration(n+1)*period), false
				conn.Read(func(fd uintptr) bool {
					if isSet {
						return true
					}
					spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(max(1, time.Until(due))))}
					unix.TimerfdSettime(int(fd), 0, &spec, nil)
					isSet = true
					return false
				})
				late.add(time.Since(due))
			}
			late.report()
		}
	})
	b.Run("impl=goroutines", func(b *testing.B) {
		for b.Loop() {
			late := newLateness(b)
			start := time.Now()
			for n := range ticks {
				due := start.Add(time.Duration(n+1) * period)
				time.Sleep(time.Until(due))
				late.add(time.Since(due))
			}
			late.report()
		}
	})
}

type lateness struct {
	b      *testing.B
	late   []time.Duration
	before unix.Rusage
}

func newLateness(b *testing.B) *lateness {
	l := &lateness{b: b}
	unix.Getrusage(unix.RUSAGE_SELF, &l.before)
	return l
}

func (l *lateness) add(d time.Duration) { l.late = append(l.late, d) }

func (l *lateness) report() {
	var after unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &after)
	cpu := after.Utime.Nano() + after.Stime.Nano() - l.before.Utime.Nano() - l.before.Stime.Nano()
	n := len(l.late)
	slices.Sort(l.late)
	for name, d := range map[string]time.Duration{"p50": l.late[n/2], "p99": l.late[n*99/100], "max": l.late[n-1]} {
		l.b.ReportMetric(float64(d)/1e3, name+"-µs")
	}
	l.b.ReportMetric(float64(after.Nvcsw-l.before.Nvcsw)/float64(n), "sleeps/tick")
	l.b.ReportMetric(float64(cpu)/float64(n)/1e3, "cpu-µs/tick")
}

// BenchmarkFlood is a period of 10 ms, alone and beside goroutines that post without
// a pause: how many of 101 ticks run, and how many posts wait at most.
func BenchmarkFlood(b *testing.B) {
	for _, goroutines := range []int{0, 4} {
		b.Run(fmt.Sprintf("goroutines=%d", goroutines), func(b *testing.B) {
			for b.Loop() {
				run(func(t *scheduler.Task) { flood(b, t, goroutines) })
			}
		})
	}
}

func flood(b *testing.B, t *scheduler.Task, goroutines int) {
	const ticks = 101
	var stop atomic.Bool
	var waiting atomic.Int64
	for range goroutines {
		go func() {
			for !stop.Load() {
				waiting.Add(1)
				t.Loop().Post(func() { waiting.Add(-1) })
			}
		}()
	}
	ran, most := 0, int64(0)
	for tick := range t.Every(10 * time.Millisecond) {
		if tick.N >= ticks {
			break
		}
		ran++
		most = max(most, waiting.Load())
	}
	stop.Store(true)
	b.ReportMetric(float64(ran), "ticks/101")
	b.ReportMetric(float64(most), "posts-waiting")
}
