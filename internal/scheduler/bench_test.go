package scheduler_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

// Each benchmark does the same work on the loop and in plain goroutines, so that
//
//	go test -run - -bench . -count 6 ./internal/scheduler | benchstat -col /impl -
//
// prints the ratio. For the same in other languages see testdata/compare.

// BenchmarkSwitch is a turn of one of n tasks: it yields, and is resumed when
// all others have had their turn.
func BenchmarkSwitch(b *testing.B) {
	for _, n := range []int{1, 10, 1000, 100_000} {
		b.Run(fmt.Sprintf("impl=loop/n=%d", n), func(b *testing.B) {
			run(func(t *scheduler.Task) {
				left := 0
				var start scheduler.Event
				var group []*scheduler.Task
				for range n {
					group = append(group, t.Go("switch", func(t *scheduler.Task) error {
						for start.Wait(t); left > 0; t.Yield() {
							left--
						}
						return nil
					}))
				}
				t.Yield() // all wait for the start
				left = b.N
				b.ResetTimer()
				start.Set()
				t.Join(group[0])
				b.StopTimer()
			})
		})
		b.Run(fmt.Sprintf("impl=goroutines/n=%d", n), func(b *testing.B) {
			// A loop of the same kind: a goroutine that yields queues itself, and
			// one at a time receives the turn by a channel and returns it.
			ready := make(chan chan struct{}, n)
			back := make(chan struct{})
			left := b.N
			for range n {
				go func() {
					turn := make(chan struct{})
					for ready <- turn; ; ready <- turn {
						<-turn
						left--
						back <- struct{}{}
					}
				}()
			}
			for len(ready) < n {
				runtime.Gosched()
			}
			b.ResetTimer()
			for left > 0 {
				turn := <-ready
				turn <- struct{}{}
				<-back
			}
		})
	}
}

// BenchmarkSleep is a sleep that ends at once, while n-1 others wait for an
// hour.
func BenchmarkSleep(b *testing.B) {
	for _, n := range []int{1, 10, 1000, 100_000} {
		b.Run(fmt.Sprintf("impl=loop/n=%d", n), func(b *testing.B) {
			run(func(t *scheduler.Task) {
				for i := range n - 1 {
					t.Go("pending", func(t *scheduler.Task) error { return t.Sleep(time.Hour + time.Duration(i)) })
				}
				t.Yield()
				b.ReportAllocs()
				b.ResetTimer()
				for range b.N {
					t.Sleep(1)
				}
				b.StopTimer()
			})
		})
		b.Run(fmt.Sprintf("impl=goroutines/n=%d", n), func(b *testing.B) {
			stop := make(chan struct{})
			defer close(stop)
			for i := range n - 1 {
				go func() {
					select {
					case <-time.After(time.Hour + time.Duration(i)):
					case <-stop:
					}
				}()
			}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				time.Sleep(time.Nanosecond)
			}
			b.StopTimer()
		})
	}
}

// BenchmarkSpawn is a task from its start to its end.
func BenchmarkSpawn(b *testing.B) {
	b.Run("impl=loop", func(b *testing.B) {
		run(func(t *scheduler.Task) {
			b.ReportAllocs()
			for b.Loop() {
				t.Join(t.Go("child", func(*scheduler.Task) error { return nil }))
			}
		})
	})
	b.Run("impl=goroutines", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			done := make(chan error)
			go func() { done <- nil }()
			<-done
		}
	})
}

// BenchmarkPost is a round trip from a goroutine to a waiting task and back.
func BenchmarkPost(b *testing.B) {
	b.Run("impl=loop", func(b *testing.B) {
		run(func(t *scheduler.Task) {
			flag := scheduler.NewFlag(t.Loop())
			answer := make(chan struct{}, 1)
			go func() {
				for range b.N {
					flag.Set()
					<-answer
				}
			}()
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				flag.Wait(t)
				answer <- struct{}{}
			}
		})
	})
	b.Run("impl=goroutines", func(b *testing.B) {
		flag, answer := make(chan struct{}, 1), make(chan struct{}, 1)
		go func() {
			for range b.N {
				flag <- struct{}{}
				<-answer
			}
		}()
		b.ReportAllocs()
		b.ResetTimer()
		for range b.N {
			<-flag
			answer <- struct{}{}
		}
	})
}

// BenchmarkCancel is the cancel of n nested groups, each of one child, per group: it
// does not grow with n.
func BenchmarkCancel(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprintf("impl=loop/n=%d", n), func(b *testing.B) {
			run(func(t *scheduler.Task) {
				for b.Loop() {
					var nest func(n int) scheduler.Func
					nest = func(n int) scheduler.Func {
						return func(t *scheduler.Task) error {
							if n == 0 {
								return t.Sleep(time.Hour)
							}
							return t.Group(func(g *scheduler.Group) error { g.Go("nested", nest(n-1)); return nil })
						}
					}
					b.StopTimer()
					outermost := t.Go("nested", nest(n))
					for range n + 1 {
						t.Yield()
					}
					b.StartTimer()
					outermost.Cancel()
					t.Join(outermost)
				}
				b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(n), "ns/group")
			})
		})
	}
}

// BenchmarkParked is the memory of a waiting task, including its stack.
func BenchmarkParked(b *testing.B) {
	const n = 20_000
	b.Run("impl=loop", func(b *testing.B) {
		for b.Loop() {
			run(func(t *scheduler.Task) {
				var e scheduler.Event
				before := memory()
				for range n {
					t.Go("parked", e.Wait)
				}
				t.Yield()
				b.ReportMetric(float64(memory()-before)/n, "B/task")
			})
		}
	})
	b.Run("impl=goroutines", func(b *testing.B) {
		for b.Loop() {
			stop := make(chan struct{})
			before := memory()
			for range n {
				go func() { <-stop }()
			}
			b.ReportMetric(float64(memory()-before)/n, "B/task")
			close(stop)
		}
	})
}

func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse + m.GCSys + m.OtherSys
}

// run runs body as the only task of a loop on the system's clock.
func run(body func(t *scheduler.Task)) {
	scheduler.New(scheduler.Options{}).Run(func(t *scheduler.Task) error {
		body(t)
		return nil
	})
}

// BenchmarkAwait awaits work that returns at once.
func BenchmarkAwait(b *testing.B) {
	var turns scheduler.Turns
	work := func() error { return nil }
	for name, await := range map[string]func(t *scheduler.Task) error{
		"do":       func(t *scheduler.Task) error { return scheduler.Do(t, work) },
		"in turns": func(t *scheduler.Task) error { return turns.Do(t, work) },
		"await": func(t *scheduler.Task) error {
			_, err := scheduler.Await(t, func(context.Context) (int, error) { return 1, nil })
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			run(func(t *scheduler.Task) {
				for b.Loop() {
					if err := await(t); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
