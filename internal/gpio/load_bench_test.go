package gpio_test

import (
	"slices"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// BenchmarkUnderLoad measures how long a finger and an eye wait, on the real
// clock: from an edge to the task that acts on it, and how late the steps of a
// fade begin; idle, and beside 200 tasks that would each compute for 1 ms every
// 50 ms, which is four times what the loop has; in the urgent class and without.
func BenchmarkUnderLoad(b *testing.B) {
	for _, load := range []struct {
		name  string
		tasks int
	}{{"idle", 0}, {"loaded", 200}} {
		for _, class := range []struct {
			name    string
			options []scheduler.Option
		}{{"urgent", []scheduler.Option{scheduler.Urgent()}}, {"ordinary", nil}} {
			b.Run("load="+load.name+"/class="+class.name, func(b *testing.B) {
				measureLoad(b, load.tasks, class.options)
			})
		}
	}
}

func measureLoad(b *testing.B, tasks int, class []scheduler.Option) {
	loop := scheduler.New(scheduler.Options{})
	board := sim.New(loop)
	var edges, steps []time.Duration
	err := loop.Run(func(t *scheduler.Task) error {
		in, err := gpio.NewBoard(board, gpio.NewClaims(), "bench").
			Input(t, gpio.InputOptions{Lines: []string{"GPIO17"}, Pull: gpio.PullUp})
		if err != nil {
			return err
		}
		for range tasks {
			t.Go("compute", compute)
		}
		t.Go("fade", func(t *scheduler.Task) error {
			for tick := range t.Every(10 * time.Millisecond) {
				steps = append(steps, t.Now().Sub(tick.Due))
			}
			return nil
		}, class...)
		watch := t.Go("watch", func(t *scheduler.Task) error {
			for range b.N {
				edge, err := in.Next(t)
				if err != nil {
					return err
				}
				edges = append(edges, t.Now().Sub(edge.At))
			}
			return nil
		}, class...)
		stop := make(chan struct{})
		defer close(stop)
		go press(board, stop)
		return t.Join(watch)
	})
	if err != nil {
		b.Fatal(err)
	}
	report(b, "edge", edges)
	report(b, "step", steps)
}

// compute holds the loop for a millisecond every 50.
func compute(t *scheduler.Task) error {
	for range t.Every(50 * time.Millisecond) {
		for end := t.Now().Add(time.Millisecond); t.Now() < end; {
		}
	}
	return nil
}

// press moves the line from another goroutine, every 3 ms or so.
func press(board *sim.Board, stop chan struct{}) {
	tick := time.NewTicker(3 * time.Millisecond)
	defer tick.Stop()
	for level := gpio.Low; ; level = !level {
		select {
		case <-stop:
			return
		case <-tick.C:
			board.Drive("GPIO17", level)
		}
	}
}

func report(b *testing.B, what string, late []time.Duration) {
	if len(late) == 0 {
		return
	}
	slices.Sort(late)
	at := func(q float64) float64 {
		return float64(late[int(q*float64(len(late)-1))]) / float64(time.Microsecond)
	}
	b.ReportMetric(at(0.5), what+"-p50-µs")
	b.ReportMetric(at(0.99), what+"-p99-µs")
}
