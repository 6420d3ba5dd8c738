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

	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	"ptvd/internal/wallclock"
	"ptvd/plugins"
	"ptvd/plugins/ntp"
	"ptvd/plugins/plugintest"
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
		instance := plugintest.New(t).Instance("clock", "ntp")
		instance.Loop, instance.Log, instance.Bus = loop, slog.New(slog.DiscardHandler), host.NewBus(loop.Now)
		instance.Clock = wallclock.New(wallclock.SystemClock(), loop.Now, time.UTC, false)
		instance.Health = host.NewHealth(loop.Now, func(*host.Health) {})
		instance.Net = plugins.Network{Dial: dialSilent}
		plugin, err := ntp.New(instance.Env(), ntp.Config{
			Servers: []ntp.Server{"a.test", "b.test"}, Every: time.Minute, Timeout: 5 * time.Second, Mode: "measure",
		})
		if err != nil {
			t.Fatal(err)
		}
		stopped := errors.New("stopped")
		var end time.Time
		err = loop.Run(func(t *plugins.Task) error {
			return t.Group(func(g *plugins.Group) error {
				instance.Tasks = g
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
		why, stop = instance.Health.Why, time.Since(end)
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
