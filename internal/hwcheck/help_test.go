package hwcheck_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/hwcheck"
	"ptvd/internal/scheduler"
	_ "ptvd/plugins/all"
)

// scenario is a board on a table and a person in front of it.
type scenario struct {
	yaml     string
	board    string        // as in the configuration; default: sim
	duration time.Duration // default: a minute
	width    int
	machine  hwcheck.Machine
	wire     func(*sim.Board)                                       // connects what is on the lines
	person   func(*scheduler.Task, *sim.Board) error                // presses and turns, from the first second on
	backend  func(*sim.Board, *scheduler.VirtualClock) gpio.Backend // replaces the board
	out      func(*scheduler.VirtualClock, io.Writer) io.Writer     // replaces the output
	types    []string                                               // lines, one every two seconds
}

// result is the output and the error of a check.
type result struct {
	t    *testing.T
	text string
	err  error
}

func (w scenario) check(t *testing.T) result {
	t.Helper()
	if w.board == "" {
		w.board = "sim"
	}
	file, err := config.Parse("device.yaml", []byte("board: "+w.board+"\nplugins:\n"+w.yaml), 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if w.duration == 0 {
		w.duration = time.Minute
	}
	clock := scheduler.NewVirtualClock(scheduler.Instant(time.Hour))
	var text bytes.Buffer
	var out io.Writer = &text
	if w.out != nil {
		out = w.out(clock, out)
	}
	err = hwcheck.Run(context.Background(), hwcheck.Options{
		File: file, Title: "device.yaml", Out: out, Width: w.width, Duration: w.duration, Clock: clock,
		Log:     slog.New(slog.NewTextHandler(t.Output(), nil)),
		Inspect: func() (hwcheck.Machine, error) { return w.machine, nil },
		ReadAnswer: func(ctx context.Context) (string, error) {
			if len(w.types) == 0 {
				return "", io.EOF
			}
			line := w.types[0]
			w.types = w.types[1:]
			return line, clock.Sleep(ctx, 2*time.Second)
		},
		Board: func(loop *scheduler.Loop) gpio.Backend {
			board := sim.New(loop)
			if w.wire != nil {
				w.wire(board)
			}
			if w.person != nil {
				loop.Go("person", func(t *scheduler.Task) error {
					if err := t.Sleep(time.Second); err != nil {
						return err
					}
					return w.person(t, board)
				})
			}
			if w.backend != nil {
				return w.backend(board, clock)
			}
			return board
		},
	})
	t.Log("\n" + text.String())
	return result{t, text.String(), err}
}

// contains checks that the output has these texts in this order.
func (r result) contains(words ...string) {
	r.t.Helper()
	rest := r.text
	for _, w := range words {
		_, after, found := strings.Cut(rest, w)
		if !found {
			r.t.Errorf("output lacks %q (at this place)", w)
			return
		}
		rest = after
	}
}

func (r result) lacks(words ...string) {
	r.t.Helper()
	for _, w := range words {
		if strings.Contains(r.text, w) {
			r.t.Errorf("output has %q", w)
		}
	}
}

func (r result) succeeds() {
	r.t.Helper()
	if r.err != nil {
		r.t.Errorf("got error %q", r.err)
	}
	r.contains("opened, no errors.")
}

func (r result) fails(why string) {
	r.t.Helper()
	if r.err == nil || !strings.Contains(r.err.Error(), why) {
		r.t.Errorf("got error %v, want %q", r.err, why)
	}
	r.lacks("opened, no errors.")
}

func (r result) noWarnings() {
	r.t.Helper()
	r.lacks("  ! ")
}
