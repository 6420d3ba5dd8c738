package fakeserver_test

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/beevik/ntp"

	"ptvd/internal/fakeserver"
	"ptvd/plugins/plugintest"
)

// query queries the server as an ordinary client does.
func query(t *testing.T, conn net.Conn) *ntp.Response {
	t.Helper()
	r, err := ntp.QueryWithOptions("ntp.test", ntp.QueryOptions{
		Dialer: func(string, string) (net.Conn, error) { return conn, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNTPClientAcceptsTheReplies(t *testing.T) {
	server := fakeserver.NewNTP(func() time.Time { return time.Now().Add(time.Hour) })
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- server.Serve(socket) }()
	conn, err := net.Dial("udp", socket.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	r := query(t, conn)
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
	if off := r.ClockOffset - time.Hour; off.Abs() > time.Minute {
		t.Errorf("the server's clock is an hour ahead, the client sees %v", r.ClockOffset)
	}
	if n := server.Requests(); n != 1 {
		t.Errorf("%d requests", n)
	}

	if err := socket.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve returned %v", err)
	}
}

func TestNTPFaults(t *testing.T) {
	server := fakeserver.NewNTP(time.Now)
	for name, c := range map[string]struct {
		fault fakeserver.NTPFault
		want  error
		kiss  string
		ahead time.Duration
	}{
		"no fault":        {},
		"a clock ahead":   {fault: fakeserver.NTPFault{Offset: 48 * time.Hour}, ahead: 48 * time.Hour},
		"unsynchronized":  {fault: fakeserver.NTPFault{Stratum: 16}, want: ntp.ErrInvalidStratum},
		"a kiss of death": {fault: fakeserver.NTPFault{Kiss: "RATE"}, want: ntp.ErrKissOfDeath, kiss: "RATE"},
		"stratum 1":       {fault: fakeserver.NTPFault{Stratum: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			server.Fail(c.fault)
			r := query(t, plugintest.PacketConn(server.Reply))
			if err := r.Validate(); !errors.Is(err, c.want) {
				t.Errorf("the client says %v, want %v", err, c.want)
			}
			if r.KissCode != c.kiss {
				t.Errorf("kiss code %q", r.KissCode)
			}
			if (r.ClockOffset - c.ahead).Abs() > time.Minute {
				t.Errorf("offset %v", r.ClockOffset)
			}
		})
	}
	server.Fail(fakeserver.NTPFault{Silent: true})
	_, err := ntp.QueryWithOptions("ntp.test", ntp.QueryOptions{
		Dialer: func(string, string) (net.Conn, error) { return plugintest.PacketConn(server.Reply), nil },
	})
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("a silent server: %v", err)
	}
}

func FuzzNTPRequest(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 48))
	f.Add(append([]byte{4<<3 | 3}, make([]byte, 47)...))
	f.Add(append([]byte{0xff}, make([]byte, 99)...))
	server := fakeserver.NewNTP(time.Now)
	f.Fuzz(func(t *testing.T, request []byte) {
		reply := server.Reply(request)
		if client := len(request) >= 48 && request[0]&7 == 3; client != (len(reply) == 48) {
			t.Errorf("the reply has %d bytes", len(reply))
		}
	})
}
