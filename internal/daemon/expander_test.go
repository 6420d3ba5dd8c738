package daemon_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/gpio/sim/simchip"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

func TestAnInstanceUsesThePinsOfAnExpander(t *testing.T) {
	chip := simchip.NewMCP23017()
	checks := 0
	scripts = map[string]script{"bell": {start: func(env plugins.Env, t *plugins.Task) error {
		in, err := env.Board.Input(t, plugins.InputOptions{Lines: []string{"porch.GPA0"}, Pull: plugins.PullUp, ActiveLow: true})
		if err != nil {
			return err
		}
		lamp, err := env.Board.Output(t, "porch.GPB0", plugins.Low)
		if err != nil {
			return err
		}
		env.Go("follow", func(t *plugins.Task) error {
			for {
				e, err := in.Next(t)
				if err != nil {
					return err
				}
				if err := lamp.Set(t, e.Level); err != nil {
					return err
				}
			}
		})
		return nil
	}}}
	file, err := config.Parse("test.yaml", []byte("board: sim\nexpanders: {porch: {mcp23017: {i2c: I2C1, address: 0x20}}}\nplugins: {bell: {plugin: scripted}}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	var d *daemon.Daemon
	d = daemon.New(daemon.Options{
		File: file, Log: slog.New(slog.DiscardHandler), Clock: scheduler.NewVirtualClock(0), Lasts: time.Minute,
		Board: func(loop *scheduler.Loop) (gpio.Backend, error) {
			world := sim.New(loop)
			world.AttachI2C(0x20, chip)
			loop.Post(func() {
				loop.Go("press", func(task *scheduler.Task) error {
					for _, press := range []bool{true, false} {
						if err := task.Sleep(10 * time.Second); err != nil {
							return err
						}
						if chip.Float(0); press {
							chip.Drive(0, gpio.Low)
						}
						if err := task.Sleep(time.Second); err != nil {
							return err
						}
						if checks++; chip.Level(8) != gpio.Level(press) {
							t.Errorf("pressed: %v; the lamp is at %v", press, chip.Level(8))
						}
					}
					if i := d.State().Instances[0]; i.Health != "ok" || !strings.Contains(i.Why, "porch.GPA0: polled every 20ms") {
						t.Errorf("health: %s %q", i.Health, i.Why)
					}
					return nil
				})
			})
			return world, nil
		},
	})
	if err := d.Run(context.Background()); err != nil || checks != 2 {
		t.Fatalf("%v after %d checks", err, checks)
	}
}
