package daemon

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// A manager is the other end of NOTIFY_SOCKET.
type manager struct{ *net.UnixConn }

func listen(t *testing.T) manager {
	t.Helper()
	dir, err := os.MkdirTemp("", "notify") // t.TempDir's path may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "socket")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return manager{conn}
}

// heard returns the messages so far. The kernel has them when a send returns.
func (m manager) heard(t *testing.T) []string {
	t.Helper()
	end, err := net.Dial("unixgram", m.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
	if _, err := end.Write([]byte("end")); err != nil {
		t.Fatal(err)
	}
	var all []string
	for buffer := make([]byte, 4096); ; {
		n, err := m.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		if string(buffer[:n]) == "end" {
			return all
		}
		all = append(all, string(buffer[:n]))
	}
}

func TestSystemdHearsOfTheLifeOfTheDaemon(t *testing.T) {
	const reload = scheduler.Instant(1_234_567_891) // ns
	for name, c := range map[string]struct {
		do   func(n *notifier)
		want []string
	}{
		"ready once": {
			func(n *notifier) { n.ready("2/2 ok"); n.ready("2/2 ok") },
			[]string{"READY=1\nSTATUS=2/2 ok"},
		},
		"a status when it changes and only then": {
			func(n *notifier) {
				n.ready("2/2 ok")
				n.status("2/2 ok")
				n.status("1/2 ok; trains: HTTP 503")
				n.status("1/2 ok; trains: HTTP 503")
				n.status("2/2 ok")
			},
			[]string{"READY=1\nSTATUS=2/2 ok", "STATUS=1/2 ok; trains: HTTP 503", "STATUS=2/2 ok"},
		},
		"no status before it is ready": {
			func(n *notifier) { n.status("0/2 ok"); n.ready("1/2 ok") },
			[]string{"READY=1\nSTATUS=1/2 ok"},
		},
		"a reload with the time of its beginning, then ready again": {
			func(n *notifier) { n.ready("2/2 ok"); n.reloading(reload); n.status("1/2 ok"); n.ready("2/2 ok") },
			[]string{"READY=1\nSTATUS=2/2 ok", "RELOADING=1\nMONOTONIC_USEC=1234567", "READY=1\nSTATUS=2/2 ok"},
		},
		"a stop, after which nothing else matters": {
			func(n *notifier) { n.ready("1/1 ok"); n.stopping(); n.status("0/1 ok") },
			[]string{"READY=1\nSTATUS=1/1 ok", "STOPPING=1"},
		},
		"the watchdog's food": {
			func(n *notifier) { n.watchdog(); n.watchdog() },
			[]string{"WATCHDOG=1", "WATCHDOG=1"},
		},
		"a stranger's line break as a space": {
			func(n *notifier) { n.ready("trains: oh\nMAINPID=1\x1b[2J") },
			[]string{"READY=1\nSTATUS=trains: oh MAINPID=1\uFFFD[2J"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			systemd := listen(t)
			c.do(&notifier{})
			if got := systemd.heard(t); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestAStatusOfAnyLengthFitsIntoAMessage(t *testing.T) {
	systemd := listen(t)
	var n notifier
	n.ready(strings.Repeat("🚆", 10_000))
	got := systemd.heard(t)
	if len(got) != 1 || len(got[0]) > 4096 || !strings.HasSuffix(got[0], "…") {
		t.Errorf("got %d bytes", len(strings.Join(got, "")))
	}
}

func TestAManagerThatStandsStillDoesNotHoldTheDaemon(t *testing.T) {
	systemd := listen(t)
	other, err := net.Dial("unixgram", systemd.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for err == nil { // until its queue is full
		_ = other.SetWriteDeadline(time.Now().Add(time.Millisecond))
		_, err = other.Write([]byte("X=1"))
	}
	var n notifier
	n.ready("1/1 ok") // would hang
}

func TestWithoutSystemdNothingIsSaid(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	t.Setenv("WATCHDOG_USEC", "")
	var n notifier
	n.ready("1/1 ok")
	n.watchdog()
	if interval := n.watchdogInterval(); interval != 0 {
		t.Errorf("it wants to be fed every %v", interval)
	}
}

func TestTheWatchdogsIntervalIsTheUnits(t *testing.T) {
	t.Setenv("WATCHDOG_USEC", "10000000")
	t.Setenv("WATCHDOG_PID", "")
	var n notifier
	if interval := n.watchdogInterval(); interval != 10*time.Second {
		t.Errorf("got %v", interval)
	}
}

// In virtual time nothing but the loop knows how late it is: what feeds the
// watchdog from beside it would not keep pace, or would go on while it is blocked.
func TestTheWatchdogIsFedByTheLoop(t *testing.T) {
	m := listen(t)
	t.Setenv("WATCHDOG_USEC", "60000000")
	clock := scheduler.NewVirtualClock(1)
	blocked := func(t *scheduler.Task) error {
		if err := t.Sleep(45 * time.Second); err != nil {
			return err
		}
		return clock.Wait(t.Now().Add(time.Minute)) // time goes by within one step
	}
	d := New(Options{
		File: &config.File{Timezone: time.UTC, Board: config.Simulated}, Log: slog.New(slog.DiscardHandler),
		Clock: clock, Lasts: 160 * time.Second,
		Board: func(loop *scheduler.Loop) (gpio.Backend, error) {
			loop.Post(func() { loop.Go("blocked", blocked) })
			return sim.New(loop), nil
		},
	})
	if err := d.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	fed := 0
	for _, message := range m.heard(t) {
		if message == "WATCHDOG=1" {
			fed++
		}
	}
	if fed != 5 { // at 0, 30, 105 (late), 120 and 150 s
		t.Errorf("fed %d times in 160 s, of which it was blocked for 60; want 5", fed)
	}
}

func TestAMessageIsSentEvenIfTheTimeForItIsUp(t *testing.T) {
	systemd := listen(t)
	conn, err := net.DialUnix("unixgram", nil, systemd.LocalAddr().(*net.UnixAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	deliver(conn, []byte("STATUS=5/5 ok"), -time.Second)
	if heard := systemd.heard(t); !slices.Equal(heard, []string{"STATUS=5/5 ok"}) {
		t.Errorf("heard %q", heard)
	}
}
