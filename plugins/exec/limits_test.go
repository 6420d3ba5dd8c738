package exec

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// inVirtualTime runs body on a loop, with the output and the input of a program that the
// test plays.
func inVirtualTime(t *testing.T, body func(*plugins.Task, *scheduler.VirtualClock) error) {
	t.Helper()
	clock := scheduler.NewVirtualClock(0)
	err := scheduler.New(scheduler.Options{Clock: clock}).Run(func(task *plugins.Task) error { return body(task, clock) })
	if err != nil {
		t.Error(err)
	}
}

func TestAHundredLinesAreReadASecond(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, _ *scheduler.VirtualClock) error {
		var at []time.Duration
		start := task.Now()
		lines := newLineReader(io.NopCloser(strings.NewReader(strings.Repeat("{}\n", 250))))
		err := (&instance{}).eachLine(task, lines, func([]byte) error {
			at = append(at, task.Now().Sub(start))
			return nil
		})
		want := slices.Concat(slices.Repeat([]time.Duration{0}, 100), slices.Repeat([]time.Duration{time.Second}, 100), slices.Repeat([]time.Duration{2 * time.Second}, 50))
		if !slices.Equal(at, want) {
			t.Errorf("the lines are read at %v", at)
		}
		return err
	})
}

func TestAQuarterOfAMebibyteIsReadASecond(t *testing.T) {
	line := strings.Repeat("x", maxLine-1) + "\n"
	for name, output := range map[string]string{"lines": strings.Repeat(line, 10), "a line without an end": strings.Repeat("x", 10*maxLine)} {
		inVirtualTime(t, func(task *plugins.Task, _ *scheduler.VirtualClock) error {
			start := task.Now()
			i := &instance{env: plugins.Env{Log: slog.New(slog.DiscardHandler)}}
			err := i.eachLine(task, newLineReader(io.NopCloser(strings.NewReader(output))), func([]byte) error { return nil })
			if took := task.Now().Sub(start); took != 2*time.Second {
				t.Errorf("%s: 640 KiB are read in %v", name, took)
			}
			return err
		})
	}
}

func TestAProgramWithoutAHelloFailsAfterTenSeconds(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, _ *scheduler.VirtualClock) error {
		start, i := task.Now(), &instance{}
		err := i.awaitHello(task)
		if took := task.Now().Sub(start); took != 10*time.Second || err == nil || err.Error() != "the program sent no hello within 10s" {
			t.Errorf("after %v: %v", took, err)
		}
		i.hello.Set()
		return i.awaitHello(task)
	})
}

// fullPipe is the input of a program that does not read, for some time.
type fullPipe struct {
	io.WriteCloser
	clock *scheduler.VirtualClock
	full  time.Duration
	lines int
}

func (p *fullPipe) Write(line []byte) (int, error) {
	p.lines++
	return len(line), p.clock.Sleep(context.Background(), p.full)
}

func TestAProgramThatDoesNotReadForTenSecondsFails(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, clock *scheduler.VirtualClock) error {
		pipe := &fullPipe{clock: clock, full: 10*time.Second - 1}
		i := &instance{process: &process{input: pipe}}
		if err := i.send(task, ToProgram{Call: &Call{Action: "measure"}}); err != nil {
			t.Errorf("just before: %v", err)
		}
		pipe.full = time.Minute
		start := task.Now()
		err := i.send(task, ToProgram{Call: &Call{Action: "measure"}})
		if took := task.Now().Sub(start); took != 10*time.Second || err == nil || err.Error() != "the program has not read its standard input for 10s" {
			t.Errorf("after %v: %v", took, err)
		}
		if pipe.lines != 2 {
			t.Errorf("%d lines were written", pipe.lines)
		}
		return nil
	})
}
