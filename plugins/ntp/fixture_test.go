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
	"ptvd/internal/host"
	"ptvd/internal/wallclock"
	"ptvd/plugins"
	"ptvd/plugins/ntp"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// fixture is a board, servers a.test, b.test …, and a network between them.
type fixture struct {
	*plugintest.Harness
	cfg     ntp.Config
	servers []*fakeserver.NTP
	down    bool                   // no network
	dialed  map[string][]time.Time // when each server was queried, in true time
	onDial  func()
	files   fstest.MapFS
}

// newFixture returns a fixture in which the system clock is not synchronized and off by
// an amount.
func newFixture(t testing.TB, servers int, off time.Duration) *fixture {
	fx := &fixture{
		Harness: plugintest.New(t),
		cfg:     ntp.Config{Every: 10 * time.Minute, Mode: "measure", Timeout: 5 * time.Second},
		dialed:  map[string][]time.Time{},
		onDial:  func() {},
		files:   fstest.MapFS{},
	}
	fx.System.Sync, fx.System.Step = false, off
	fx.useSystem(fx.System)
	for i := range servers {
		fx.cfg.Servers = append(fx.cfg.Servers, ntp.Server(fmt.Sprintf("%c.test", 'a'+i)))
		fx.servers = append(fx.servers, fakeserver.NewNTP(fx.truth))
	}
	fx.Net = plugins.Network{Dial: fx.dial}
	return fx
}

func (fx *fixture) useSystem(s wallclock.System) {
	fx.Clock = wallclock.New(s, fx.Loop.Now, time.UTC, false)
}

// truth is the true time.
func (fx *fixture) truth() time.Time {
	return plugintest.Epoch.Add(fx.Loop.Now().Sub(plugins.Instant(time.Hour)))
}

func (fx *fixture) dial(_ context.Context, network, address string) (net.Conn, error) {
	fx.onDial()
	if fx.down {
		return nil, &net.DNSError{Err: "server misbehaving", Name: address, IsTemporary: true}
	}
	host, port, err := net.SplitHostPort(address)
	i := slices.Index(fx.cfg.Servers, ntp.Server(host))
	if network != "udp" || port != "123" || err != nil || i < 0 {
		return nil, fmt.Errorf("unexpected dial to %s %s", network, address)
	}
	fx.dialed[host] = append(fx.dialed[host], fx.truth())
	return plugintest.PacketConn(fx.servers[i].Reply), nil
}

func (fx *fixture) start(t *plugins.Task) *plugintest.Instance {
	return fx.Instance("clock", "ntp").StartPlugin(t, func(env plugins.Env) (plugins.Plugin, error) {
		return ntp.NewOn(fx.files, env, fx.cfg)
	})
}

// runUntilFailure returns the error with which an instance fails.
func (fx *fixture) runUntilFailure(t *plugins.Task) error {
	return t.Group(func(g *plugins.Group) error {
		instance := fx.Instance("clock", "ntp")
		instance.Tasks = g
		p, err := ntp.NewOn(fx.files, instance.Env(), fx.cfg)
		if err != nil {
			return err
		}
		return p.Start(t)
	})
}

// run starts an instance, calls scene, and stops the instance.
func (fx *fixture) run(scene func(t *plugins.Task, i *plugintest.Instance) error) {
	fx.T.Helper()
	fx.Run(func(t *plugins.Task) error {
		i := fx.start(t)
		if err := scene(t, i); err != nil {
			return err
		}
		return i.Stop(t)
	})
}

// error returns the error of the board's time.
func (fx *fixture) error() time.Duration { return fx.Clock.Now().Sub(fx.truth()).Abs() }

func (fx *fixture) fail(fault fakeserver.NTPFault, servers ...int) {
	for _, i := range servers {
		fx.servers[i].Fail(fault)
	}
}

// wantTime checks that the clock is synchronized, and correct within the bounds that the
// servers have.
func (fx *fixture) wantTime(when string) {
	fx.T.Helper()
	if !fx.Clock.Synchronized() || fx.error() > 20*time.Millisecond {
		fx.T.Errorf("%s: clock synchronized: %v, off by %v", when, fx.Clock.Synchronized(), fx.error())
	}
}

func (fx *fixture) wantHealth(i *plugintest.Instance, want host.Condition, when string) {
	fx.T.Helper()
	if h := i.Health; h.Condition != want {
		fx.T.Errorf("%s: the instance is %s (%s), want %s", when, h.Condition, h.Why, want)
	}
}

// logged counts occurrences in the log.
func (fx *fixture) logged(words string) int { return bytes.Count(fx.Log.Bytes(), []byte(words)) }

func (fx *fixture) latest() topics.Sync {
	sync, _ := plugintest.Subscribe[topics.Sync](fx.Harness, "clock", "sync").Get()
	return sync
}
