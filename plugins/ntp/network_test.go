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

func TestTheTimeIsLearntOverARealNetwork(t *testing.T) {
	w := newWorld(t, 3, -year)
	addresses := map[string]string{}
	for i := range w.servers {
		// The servers run beside the loop: its virtual clock is not theirs.
		server := fakeserver.NewNTP(func() time.Time { return plugintest.Epoch })
		if i == 1 {
			server.Fail(fakeserver.NTPFault{Offset: time.Hour})
		}
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addresses[string(w.cfg.Servers[i])+":123"] = conn.LocalAddr().String()
		go server.Serve(conn)
		defer server.Close()
	}
	w.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addresses[address])
	}
	w.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(time.Second); err != nil {
			return err
		}
		w.wantTime("a second after the start")
		if sync := w.latest(); sync.Agreed != 2 || sync.Asked != 3 {
			w.T.Errorf("%d of %d servers agree", sync.Agreed, sync.Asked)
		}
		return nil
	})
}

func TestAServerThatIsNotThereIsNoAnswer(t *testing.T) {
	nobody, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	w := newWorld(t, 1, -year)
	w.Net.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, nobody.LocalAddr().String())
	}
	w.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(time.Hour); err != nil {
			return err
		}
		if want := "no time from a.test: read: connection refused"; i.Env.Health.Why != want {
			w.T.Errorf("it says %q, want %q", i.Env.Health.Why, want)
		}
		return nil
	})
}
