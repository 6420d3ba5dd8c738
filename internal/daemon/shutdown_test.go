package daemon_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/spi"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// hangingBoard has SPI ports whose close does not return, like a stuck ioctl.
type hangingBoard struct {
	gpio.Backend
	release chan struct{}
}

type hangingPort struct {
	spi.PortCloser
	release chan struct{}
}

func (b hangingBoard) OpenSPI(name string) (spi.PortCloser, error) {
	port, err := b.Backend.OpenSPI(name)
	return hangingPort{port, b.release}, err
}

func (p hangingPort) Close() error {
	<-p.release
	return p.PortCloser.Close()
}

func (b hangingBoard) Close() error {
	<-b.release
	return b.Backend.Close()
}

func TestStopTakesAtMostASecond(t *testing.T) {
	opensAPort := func(env plugins.Env, t *plugins.Task) error {
		_, err := env.Board.SPI(t, "SPI0.0")
		return err
	}
	deaf := func(t *plugins.Task) error {
		for {
			_ = t.Sleep(time.Minute)
		}
	}
	nothing := func(plugins.Env, *plugins.Task) error { return nil }
	for name, hanging := range map[string]script{
		"an SPI port":                      {start: opensAPort},
		"a task":                           {start: func(env plugins.Env, _ *plugins.Task) error { env.Go("deaf", deaf); return nil }},
		"a stop that ignores cancellation": {start: nothing, stop: func(_ plugins.Env, t *plugins.Task) error { return deaf(t) }},
		"a stop that can be cancelled":     {start: nothing, stop: func(_ plugins.Env, t *plugins.Task) error { return t.Sleep(time.Hour) }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var stopped bool
				other := script{start: nothing, stop: func(plugins.Env, *plugins.Task) error { stopped = true; return nil }}
				log, took := stopAfterAMinute(t, map[string]script{"hanging": hanging, "other": other})
				if took > time.Second {
					t.Errorf("the stop took %v; the log:\n%s", took, log)
				}
				if !stopped || !strings.Contains(log, "hanging") {
					t.Errorf("the other instance was stopped: %v; the log:\n%s", stopped, log)
				}
			})
		})
	}
}

// stopAfterAMinute runs a daemon on a hangingBoard. It returns the log and how long the
// stop took.
func stopAfterAMinute(t *testing.T, of map[string]script) (log string, took time.Duration) {
	t.Helper()
	scripts = of
	file, err := config.Parse("test.yaml", []byte("board: sim\nplugins: {hanging: {plugin: scripted}, other: {plugin: scripted}}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	release := make(chan struct{})
	defer close(release)
	began := time.Now()
	err = daemon.New(daemon.Options{
		File:  file,
		Log:   slog.New(slog.NewTextHandler(&text, nil)),
		Clock: scheduler.NewTimerClock(),
		Lasts: time.Minute,
		Board: func(loop *scheduler.Loop) (gpio.Backend, error) { return hangingBoard{sim.New(loop), release}, nil },
	}).Run(context.Background())
	t.Logf("the daemon ended with: %v", err)
	return text.String(), time.Since(began) - time.Minute
}
