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

// void is a network that takes every question and answers none.
func void(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	go io.Copy(io.Discard, there) // until here is closed
	return here, nil
}

// inSilence runs an instance that nobody answers, stops it, and returns how it
// was and how long the stop took. It does so in a bubble, where a query takes the
// time that it takes, and where one that outlives the instance is found out.
func inSilence(t *testing.T, lasts time.Duration) (why string, stop time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		loop := scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()})
		env := plugins.Env{
			Instance: "clock", Loop: loop, Log: slog.New(slog.DiscardHandler), Bus: plugins.NewBus(),
			Clock:  wallclock.New(wallclock.SystemClock(), loop.Now, time.UTC, false),
			Health: plugins.NewHealth(loop.Now, func(*plugins.Health) {}),
			Meter:  plugins.NewMeter(),
			Net:    plugins.Network{Dial: void}, Tasks: new(plugins.Tasks),
		}
		plugin, err := ntp.New(env, ntp.Config{
			Servers: []ntp.Server{"a.test", "b.test"}, Every: time.Minute, Timeout: 5 * time.Second, Mode: "measure",
		})
		if err != nil {
			t.Fatal(err)
		}
		enough := errors.New("enough")
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
				return enough
			})
		})
		if !errors.Is(err, enough) {
			t.Error(err)
		}
		why, stop = env.Health.Why, time.Since(end)
	})
	return why, stop
}

func TestAnAnswerIsWaitedForAsLongAsConfigured(t *testing.T) {
	// Rounds begin after 0, 20 and 55 seconds, give or take the jitter.
	why, _ := inSilence(t, 70*time.Second)
	if want := "no time from a.test: no answer within 5s; b.test: no answer within 5s"; why != want {
		t.Errorf("it says %q, want %q", why, want)
	}
}

func TestAStopDoesNotWaitForAnAnswer(t *testing.T) {
	if _, stop := inSilence(t, time.Second); stop != 0 {
		t.Errorf("it took %v", stop)
	}
}
