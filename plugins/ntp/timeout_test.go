package ntp_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"ptvd/internal/scheduler"
	"ptvd/internal/wallclock"
	"ptvd/plugins"
	"ptvd/plugins/ntp"
)

// dialSilent is a network that accepts every query and never replies.
func dialSilent(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	go io.Copy(io.Discard, there) // until here is closed
	return here, nil
}

// runSilent runs an instance without replies for a while, stops it, and returns its health
// and how long the stop took. It uses synctest, since queries run on goroutines with real
// timeouts, and which reports goroutines that outlive the instance.
func runSilent(t *testing.T, lasts time.Duration) (why string, stop time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		loop := scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()})
		env := plugins.Env{
			Instance: "clock", Loop: loop, Log: slog.New(slog.DiscardHandler), Bus: plugins.NewBus(),
			Clock:  wallclock.New(wallclock.SystemClock(), loop.Now, time.UTC, false),
			Health: plugins.NewHealth(loop.Now, func(*plugins.Health) {}),
			Meter:  plugins.NewMeter(),
			Net:    plugins.Network{Dial: dialSilent}, Tasks: new(plugins.Tasks),
		}
		plugin, err := ntp.New(env, ntp.Config{
			Servers: []ntp.Server{"a.test", "b.test"}, Every: time.Minute, Timeout: 5 * time.Second, Mode: "measure",
		})
		if err != nil {
			t.Fatal(err)
		}
		stopped := errors.New("stopped")
		var end time.Time
		err = loop.Run(func(t *plugins.Task) error {
			return t.Group(func(g *plugins.Group) error {
				env.Tasks.Attach(g)
				if err := plugin.Start(t); err != nil {
					return err
				}
				if err := t.Sleep(lasts); err != nil {
					return err
				}
				end = time.Now()
				return stopped
			})
		})
		if !errors.Is(err, stopped) {
			t.Error(err)
		}
		why, stop = env.Health.Why, time.Since(end)
	})
	return why, stop
}

func TestTheTimeoutIsAsConfigured(t *testing.T) {
	// Polls begin after about 0, 20 and 55 seconds.
	why, _ := runSilent(t, 70*time.Second)
	if want := "no usable NTP server: a.test: no reply within 5s; b.test: no reply within 5s"; why != want {
		t.Errorf("health: %q, want %q", why, want)
	}
}

func TestAStopDoesNotWaitForAReply(t *testing.T) {
	if _, stop := runSilent(t, time.Second); stop != 0 {
		t.Errorf("the stop took %v", stop)
	}
}
