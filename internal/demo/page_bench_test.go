package demo_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"ptvd/internal/daemon"
	"ptvd/internal/demo"
)

// BenchmarkTheLoopWhileSomeWatch runs the demo for ten seconds while so many
// browsers watch, and says how late the panel's ticks began, how long the page held
// the loop, and what part of a core the whole process took: the stand-ins, and the
// clients that read, are in it.
func BenchmarkTheLoopWhileSomeWatch(b *testing.B) {
	for _, clients := range []int{0, 1, 16} {
		b.Run(fmt.Sprint(clients), func(b *testing.B) {
			for b.Loop() {
				before := processorTime()
				r := whileSomeWatch(b, clients, 10*time.Second)
				b.ReportMetric(float64(processorTime()-before)/float64(r.Uptime)*100, "cpu-%")
				for _, task := range r.Tasks {
					switch task.Instance + " " + task.Name {
					case "panel draw":
						b.ReportMetric(float64(task.LatenessP50)/1e3, "late-p50-µs")
						b.ReportMetric(float64(task.LatenessP99)/1e3, "late-p99-µs")
					case " page":
						b.ReportMetric(float64(task.Total)/float64(r.Uptime)*100, "loop-%")
						b.ReportMetric(float64(task.Longest)/1e3, "longest-µs")
					}
				}
			}
		})
	}
}

// processorTime is what the process has used so far, in all.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func whileSomeWatch(b *testing.B, clients int, lasts time.Duration) daemon.Report {
	clock := demo.NewClock()
	world, err := demo.NewWorld(clock.Wall)
	if err != nil {
		b.Fatal(err)
	}
	defer world.Close()
	options, err := world.Options(slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free
	if err != nil {
		b.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	world.Open(&options, clock, address)
	options.Lasts = lasts
	for range clients {
		go watch(b.Context(), "http://"+address+"/events")
	}
	d := daemon.New(options)
	if err := d.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
	return d.Report()
}

// watch reads events, as soon as there are some, to the end.
func watch(ctx context.Context, address string) {
	for ctx.Err() == nil {
		answer, err := http.Get(address)
		if err != nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		return
	}
}
