package daemon_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	_ "ptvd/plugins/all"
)

// The LED strip of configs/ledstrip.yaml: a knob, a switch, three channels.
func TestLEDStripFollowsItsKnobAndItsSwitch(t *testing.T) {
	file, err := config.Load("../../configs/ledstrip.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file.StateDir = t.TempDir()
	var board *sim.Board
	channels := func() (duties [3]uint16) {
		for i, pin := range []string{"GPIO12", "GPIO18", "GPIO19"} {
			duties[i] = board.Duty(pin)
		}
		return duties
	}
	want := func(when string, ok func(uint16) bool) {
		t.Helper()
		got := channels()
		if got[0] != got[1] || got[1] != got[2] || !ok(got[0]) {
			t.Errorf("%s the channels are at %v", when, got)
		}
	}
	off := func(duty uint16) bool { return duty == 0 }
	script := func(t *scheduler.Task) error {
		knob, button := sim.NewKnob(board, "GPIO5", "GPIO6", 1), sim.NewButton(board, "GPIO13", 2)
		var level uint16
		for _, step := range []struct {
			when string
			do   func() error
			ok   func(uint16) bool
		}{
			{"at first", func() error { return nil }, off},
			{"turned up", func() error { return knob.Turn(t, 8, 200*time.Millisecond) }, func(d uint16) bool { level = d; return d > 0 }},
			{"switched off", func() error { return button.Click(t, 100*time.Millisecond) }, off},
			{"switched on", func() error { return button.Click(t, 100*time.Millisecond) }, func(d uint16) bool { return d == level }},
			{"turned down", func() error { return knob.Turn(t, -4, 200*time.Millisecond) }, func(d uint16) bool { return 0 < d && d < level }},
		} {
			if err := step.do(); err != nil {
				return err
			}
			if err := t.Sleep(2 * time.Second); err != nil {
				return err
			}
			want(step.when, step.ok)
		}
		return nil
	}
	err = daemon.New(daemon.Options{
		File:  file,
		Log:   slog.New(slog.NewTextHandler(t.Output(), nil)),
		Clock: scheduler.NewVirtualClock(1),
		Lasts: time.Minute,
		Board: func(loop *scheduler.Loop) (gpio.Backend, error) {
			board = sim.New(loop)
			loop.Post(func() { loop.Go("script", script) })
			return board, nil
		},
	}).Run(context.Background())
	if err != nil {
		t.Error(err)
	}
	want("at the end", off)
}
