package demo_test

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"ptvd/internal/daemon"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// startedAt names the variable that tells a process when it was started.
const startedAt = "PTVD_BENCH_STARTED_AT"

// BenchmarkStart starts this program again and again. It reports how long it took from
// exec until the panel of the demo received the first lit pixel.
func BenchmarkStart(b *testing.B) {
	if at := os.Getenv(startedAt); at != "" {
		firstFrame(b, at)
		return
	}
	clock := scheduler.NewSystemClock() // its instants are those of the other process, too
	defer clock.Close()
	var took []float64
	for range b.N {
		again := exec.Command(os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkStart$", "-test.benchtime=1x")
		again.Env = append(os.Environ(), fmt.Sprint(startedAt, "=", int64(clock.Now())))
		reader, writer, err := os.Pipe()
		if err != nil {
			b.Fatal(err)
		}
		again.ExtraFiles = []*os.File{writer}
		if out, err := again.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		var delay time.Duration
		if _, err := fmt.Fscan(reader, &delay); err != nil {
			b.Fatal(err)
		}
		reader.Close()
		writer.Close()
		took = append(took, float64(delay)/1e6)
	}
	slices.Sort(took)
	b.ReportMetric(took[0], "min-ms")
	b.ReportMetric(took[len(took)/2], "median-ms")
	b.ReportMetric(took[len(took)-1], "max-ms")
}

// firstFrame runs the demo until its panel is lit, and writes how long after a time that
// was.
func firstFrame(b *testing.B, began string) {
	since, err := strconv.ParseInt(began, 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	world, clock, options := onTheSystemClock(b)
	defer world.Close()
	d := daemon.New(options)
	lit := false
	world.Panel.OnChange = func() {
		if !lit && slices.Max(world.Panel.Picture(sim.Arrangement{}).Pix) > 0 {
			lit = true
			fmt.Fprintln(os.NewFile(3, "delay"), int64(clock.Now())-since)
			d.Stop()
		}
	}
	if err := d.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
}
