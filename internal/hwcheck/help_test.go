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

// table is a board on a table, with somebody at it.
type table struct {
	yaml   string
	board  string        // what the configuration says; sim where it says nothing
	lasts  time.Duration // a minute where it says nothing
	width  int
	around hwcheck.Surroundings
	before func(*sim.Board)                                       // the wiring
	hands  func(*scheduler.Task, *sim.Board) error                // what somebody does
	wrap   func(*sim.Board, *scheduler.VirtualClock) gpio.Backend // a board that is worse
	out    func(*scheduler.VirtualClock, io.Writer) io.Writer     // a terminal that is worse
}

// result is what was written, and what came of it.
type result struct {
	t    *testing.T
	text string
	err  error
}

func (w table) check(t *testing.T) result {
	t.Helper()
	if w.board == "" {
		w.board = "sim"
	}
	file, err := config.Parse("device.yaml", []byte("board: "+w.board+"\nplugins:\n"+w.yaml), 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if w.lasts == 0 {
		w.lasts = time.Minute
	}
	clock := scheduler.NewVirtualClock(scheduler.Instant(time.Hour))
	var text bytes.Buffer
	var out io.Writer = &text
	if w.out != nil {
		out = w.out(clock, out)
	}
	err = hwcheck.Run(context.Background(), hwcheck.Options{
		File: file, Title: "device.yaml", Out: out, Width: w.width, Lasts: w.lasts, Clock: clock,
		Log:  slog.New(slog.NewTextHandler(t.Output(), nil)),
		Look: func() (hwcheck.Surroundings, error) { return w.around, nil },
		Board: func(loop *scheduler.Loop) gpio.Backend {
			board := sim.New(loop)
			if w.before != nil {
				w.before(board)
			}
			if w.hands != nil {
				loop.Go("hands", func(t *scheduler.Task) error {
					if err := t.Sleep(time.Second); err != nil {
						return err
					}
					return w.hands(t, board)
				})
			}
			if w.wrap != nil {
				return w.wrap(board, clock)
			}
			return board
		},
	})
	t.Log("\n" + text.String())
	return result{t, text.String(), err}
}

// says expects words, in this order.
func (r result) says(words ...string) {
	r.t.Helper()
	rest := r.text
	for _, w := range words {
		_, after, found := strings.Cut(rest, w)
		if !found {
			r.t.Errorf("it does not say %q (in this place)", w)
			return
		}
		rest = after
	}
}

func (r result) saysNot(words ...string) {
	r.t.Helper()
	for _, w := range words {
		if strings.Contains(r.text, w) {
			r.t.Errorf("it says %q", w)
		}
	}
}

func (r result) isWell() {
	r.t.Helper()
	if r.err != nil {
		r.t.Errorf("it ends with %q", r.err)
	}
	r.says("Everything was found")
}

func (r result) fails(why string) {
	r.t.Helper()
	if r.err == nil || !strings.Contains(r.err.Error(), why) {
		r.t.Errorf("it ends with %v, not with %q", r.err, why)
	}
	r.saysNot("Everything was found")
}

func (r result) doubtsNothing() {
	r.t.Helper()
	r.saysNot("  ! ")
}
