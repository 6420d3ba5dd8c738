package ntp_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/internal/wallclock"
	"ptvd/plugins"
	"ptvd/plugins/ntp"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// world is a board, servers a.test, b.test …, and a network between them.
type world struct {
	*plugintest.Harness
	cfg     ntp.Config
	servers []*fakeserver.NTP
	down    bool                   // there is no network
	dialled map[string][]time.Time // when each server was asked, by true time
	onDial  func()
	files   fstest.MapFS
}

// newWorld returns one in which nobody vouches for the board's clock, which is
// off by an amount.
func newWorld(t testing.TB, servers int, off time.Duration) *world {
	w := &world{
		Harness: plugintest.New(t),
		cfg:     ntp.Config{Every: 10 * time.Minute, Mode: "measure", Timeout: 5 * time.Second},
		dialled: map[string][]time.Time{},
		onDial:  func() {},
		files:   fstest.MapFS{},
	}
	w.System.Sync, w.System.Step = false, off
	w.useSystem(w.System)
	for i := range servers {
		w.cfg.Servers = append(w.cfg.Servers, ntp.Server(fmt.Sprintf("%c.test", 'a'+i)))
		w.servers = append(w.servers, fakeserver.NewNTP(w.truth))
	}
	w.Net = plugins.Network{Dial: w.dial}
	return w
}

func (w *world) useSystem(s wallclock.System) {
	w.Clock = wallclock.New(s, w.Loop.Now, time.UTC, false)
}

// truth is what the right time is.
func (w *world) truth() time.Time {
	return plugintest.Epoch.Add(w.Loop.Now().Sub(plugins.Instant(time.Hour)))
}

func (w *world) dial(_ context.Context, network, address string) (net.Conn, error) {
	w.onDial()
	if w.down {
		return nil, &net.DNSError{Err: "server misbehaving", Name: address, IsTemporary: true}
	}
	host, port, err := net.SplitHostPort(address)
	i := slices.Index(w.cfg.Servers, ntp.Server(host))
	if network != "udp" || port != "123" || err != nil || i < 0 {
		return nil, fmt.Errorf("nobody asks %s %s", network, address)
	}
	w.dialled[host] = append(w.dialled[host], w.truth())
	return w.servers[i].Conn(), nil
}

func (w *world) start(t *plugins.Task) *plugintest.Instance {
	return w.Start(t, "clock", func(env plugins.Env) (plugins.Plugin, error) {
		return ntp.NewOn(w.files, env, w.cfg)
	})
}

// end returns what an instance ends with by itself.
func (w *world) end(t *plugins.Task) error {
	return t.Group(func(g *plugins.Group) error {
		env := w.Env("clock")
		env.Tasks.Attach(g)
		p, err := ntp.NewOn(w.files, env, w.cfg)
		if err != nil {
			return err
		}
		return p.Start(t)
	})
}

// run starts an instance, lets a scene be played, and stops the instance.
func (w *world) run(scene func(t *plugins.Task, i *plugintest.Instance) error) {
	w.T.Helper()
	w.Run(func(t *plugins.Task) error {
		i := w.start(t)
		if err := scene(t, i); err != nil {
			return err
		}
		return i.Stop(t)
	})
}

// error returns how far the board's time is from the truth.
func (w *world) error() time.Duration { return w.Clock.Now().Sub(w.truth()).Abs() }

func (w *world) fail(fault fakeserver.NTPFault, servers ...int) {
	for _, i := range servers {
		w.servers[i].Fail(fault)
	}
}

// wantTime wants the time to be known, and right within the bounds that honest
// servers have.
func (w *world) wantTime(when string) {
	w.T.Helper()
	if !w.Clock.Synchronized() || w.error() > 20*time.Millisecond {
		w.T.Errorf("%s: clock synchronized: %v, off by %v", when, w.Clock.Synchronized(), w.error())
	}
}

func (w *world) wantHealth(i *plugintest.Instance, want plugins.Condition, when string) {
	w.T.Helper()
	if h := i.Env.Health; h.Condition != want {
		w.T.Errorf("%s: the instance is %s (%s), want %s", when, h.Condition, h.Why, want)
	}
}

// logged counts the lines of the log that hold some words.
func (w *world) logged(words string) int { return bytes.Count(w.Log.Bytes(), []byte(words)) }

func (w *world) latest() topics.Sync {
	sync, _ := plugins.Subscribe(w.Env("reader"), plugins.From[topics.Sync]{Instance: "clock", Topic: "sync"}).Get()
	return sync
}
