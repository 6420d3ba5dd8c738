package demo_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"ptvd/internal/daemon"
	"ptvd/internal/demo"
	"ptvd/internal/scheduler"
	"ptvd/internal/web"
)

// BenchmarkPageClients runs the demo for ten seconds with a number of clients of the
// page. It reports how late the panel's ticks were, the page's share of the loop's
// time, and the CPU time of the whole process, which includes the fake servers and
// the clients.
func BenchmarkPageClients(b *testing.B) {
	for _, clients := range []int{0, 1, 16} {
		b.Run(fmt.Sprint(clients), func(b *testing.B) {
			for b.Loop() {
				before := scheduler.CPUTime()
				loop := runWithClients(b, clients, 10*time.Second)
				b.ReportMetric((scheduler.CPUTime()-before).Seconds()/loop.Uptime*100, "cpu-%")
				for _, task := range loop.Tasks {
					switch task.Instance + " " + task.Name {
					case "panel draw":
						b.ReportMetric(task.LateP50*1e6, "late-p50-µs")
						b.ReportMetric(task.LateP99*1e6, "late-p99-µs")
					case " page":
						b.ReportMetric(task.Total/loop.Uptime*100, "loop-%")
						b.ReportMetric(task.Longest*1e6, "longest-µs")
					}
				}
			}
		})
	}
}

// onTheSystemClock returns a world, which must be closed, its clock, and the options of a
// daemon in it.
func onTheSystemClock(b *testing.B) (*demo.World, *demo.Clock, daemon.Options) {
	b.Helper()
	clock := demo.NewClock(epoch)
	world, err := demo.NewWorld(clock.Wall)
	if err != nil {
		b.Fatal(err)
	}
	options, err := world.Options(slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	options.Clock = clock
	return world, clock, options
}

func runWithClients(b *testing.B, clients int, lasts time.Duration) *web.Loop {
	world, clock, options := onTheSystemClock(b)
	defer world.Close()
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
	return d.State().Loop
}

// watch reads events until the server closes the stream.
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
