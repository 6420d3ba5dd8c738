package scheduler_test

import (
	"fmt"
	"testing"

	"ptvd/internal/scheduler"
)

func BenchmarkSwitch(b *testing.B) {
	for _, n := range []int{1, 10, 1000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			loop := scheduler.New(scheduler.Options{})
			left := b.N
			loop.Run(func(t *scheduler.Task) error {
				return t.Group(func(g *scheduler.Group) error {
					for range n {
						g.Go("switch", func(t *scheduler.Task) error {
							for left > 0 {
								left--
								t.Yield()
							}
							return nil
						})
					}
					return nil
				})
			})
		})
	}
}
func BenchmarkChannelHandOff(b *testing.B) {
	for _, n := range []int{1, 10, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			back := make(chan struct{})
			var wake []chan struct{}
			for range n {
				c := make(chan struct{})
				wake = append(wake, c)
				go func() {
					for range c {
						back <- struct{}{}
					}
				}()
			}
			for i := range b.N {
				wake[i%n] <- struct{}{}
				<-back
			}
			for _, c := range wake {
				close(c)
			}
		})
	}
}
