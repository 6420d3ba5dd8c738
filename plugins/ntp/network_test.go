package ntp_test

import (
	"context"
	"net"
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

func TestTheClockIsSynchronizedOverARealNetwork(t *testing.T) {
	fx := newFixture(t, 3, -year)
	addresses := map[string]string{}
	for i := range fx.servers {
		// The servers run on goroutines of their own and cannot read the virtual clock.
		server := fakeserver.NewNTP(func() time.Time { return plugintest.Epoch })
		if i == 1 {
			server.Fail(fakeserver.NTPFault{Offset: time.Hour})
		}
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addresses[string(fx.cfg.Servers[i])+":123"] = conn.LocalAddr().String()
		go server.Serve(conn)
		defer conn.Close()
	}
	fx.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addresses[address])
	}
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(time.Second); err != nil {
			return err
		}
		fx.wantTime("a second after the start")
		if sync := fx.latest(); sync.Agreed != 2 || sync.Asked != 3 {
			fx.T.Errorf("%d of %d servers agree", sync.Agreed, sync.Asked)
		}
		return nil
	})
}

func TestAServerThatDoesNotExist(t *testing.T) {
	closed, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	fx := newFixture(t, 1, -year)
	fx.Net.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, closed.LocalAddr().String())
	}
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(time.Hour); err != nil {
			return err
		}
		if want := "no usable NTP server: a.test: read: connection refused"; i.Health.Why != want {
			fx.T.Errorf("health: %q, want %q", i.Health.Why, want)
		}
		return nil
	})
}
