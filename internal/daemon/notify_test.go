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

// A manager is the receiver at NOTIFY_SOCKET.
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

// received returns the messages so far. The kernel has them when a send returns.
func (m manager) received(t *testing.T) []string {
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

func TestNotifications(t *testing.T) {
	const reload = scheduler.Instant(1_234_567_891) // ns
	for name, c := range map[string]struct {
		do   func(n *notifier)
		want []string
	}{
		"ready once": {
			func(n *notifier) { n.ready("2/2 ok"); n.ready("2/2 ok") },
			[]string{"READY=1\nSTATUS=2/2 ok"},
		},
		"status only when it changes": {
			func(n *notifier) {
				n.ready("2/2 ok")
				n.status("2/2 ok")
				n.status("1/2 ok; trains: HTTP 503")
				n.status("1/2 ok; trains: HTTP 503")
				n.status("2/2 ok")
			},
			[]string{"READY=1\nSTATUS=2/2 ok", "STATUS=1/2 ok; trains: HTTP 503", "STATUS=2/2 ok"},
		},
		"no status before ready": {
			func(n *notifier) { n.status("0/2 ok"); n.ready("1/2 ok") },
			[]string{"READY=1\nSTATUS=1/2 ok"},
		},
		"reload with its start time, then ready again": {
			func(n *notifier) { n.ready("2/2 ok"); n.reloading(reload); n.status("1/2 ok"); n.ready("2/2 ok") },
			[]string{"READY=1\nSTATUS=2/2 ok", "RELOADING=1\nMONOTONIC_USEC=1234567", "READY=1\nSTATUS=2/2 ok"},
		},
		"no status after stopping": {
			func(n *notifier) { n.ready("1/1 ok"); n.stopping(); n.status("0/1 ok") },
			[]string{"READY=1\nSTATUS=1/1 ok", "STOPPING=1"},
		},
		"watchdog": {
			func(n *notifier) { n.watchdog(); n.watchdog() },
			[]string{"WATCHDOG=1", "WATCHDOG=1"},
		},
		"line break and escape sequence in a status": {
			func(n *notifier) { n.ready("trains: oh\nMAINPID=1\x1b[2J") },
			[]string{"READY=1\nSTATUS=trains: oh MAINPID=1\uFFFD[2J"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			systemd := listen(t)
			c.do(&notifier{})
			if got := systemd.received(t); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestStatusIsClippedToTheMessageSize(t *testing.T) {
	systemd := listen(t)
	var n notifier
	n.ready(strings.Repeat("🚆", 10_000))
	got := systemd.received(t)
	if len(got) != 1 || len(got[0]) > 4096 || !strings.HasSuffix(got[0], "…") {
		t.Errorf("got %d bytes", len(strings.Join(got, "")))
	}
}

func TestFullSocketDoesNotBlockTheDaemon(t *testing.T) {
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
	n.ready("1/1 ok") // must not hang
}

func TestMessagesReachASocketThatWasMadeAnew(t *testing.T) {
	var n notifier
	before := listen(t)
	n.watchdog()
	before.Close()
	after := listen(t)
	n.watchdog()
	if got := after.received(t); !slices.Equal(got, []string{"WATCHDOG=1"}) {
		t.Errorf("got %q", got)
	}
}

func TestWithoutSystemdNothingIsSent(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	t.Setenv("WATCHDOG_USEC", "")
	var n notifier
	n.ready("1/1 ok")
	n.watchdog()
	if interval := n.watchdogInterval(); interval != 0 {
		t.Errorf("got a watchdog interval of %v", interval)
	}
}

func TestWatchdogIntervalIsTheUnits(t *testing.T) {
	t.Setenv("WATCHDOG_USEC", "10000000")
	t.Setenv("WATCHDOG_PID", "")
	var n notifier
	if interval := n.watchdogInterval(); interval != 10*time.Second {
		t.Errorf("got %v", interval)
	}
}

// Virtual time advances only on the loop. A watchdog fed by another goroutine would send
// another number of messages, or go on while the loop is blocked.
func TestWatchdogIsFedByTheLoop(t *testing.T) {
	m := listen(t)
	t.Setenv("WATCHDOG_USEC", "60000000")
	clock := scheduler.NewVirtualClock(1)
	blocked := func(t *scheduler.Task) error {
		if err := t.Sleep(45 * time.Second); err != nil {
			return err
		}
		_, err := clock.Wait(t.Now().Add(time.Minute)) // one step takes a minute
		return err
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
	count := 0
	for _, message := range m.received(t) {
		if message == "WATCHDOG=1" {
			count++
		}
	}
	if count != 5 { // at 0, 30, 105 (late), 120 and 150 s
		t.Errorf("%d messages in 160 s, of which the loop was blocked for 60; want 5", count)
	}
}

func TestMessageIsSentEvenAfterItsDeadline(t *testing.T) {
	systemd := listen(t)
	conn, err := net.DialUnix("unixgram", nil, systemd.LocalAddr().(*net.UnixAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := deliver(conn, []byte("STATUS=5/5 ok"), -time.Second); err != nil {
		t.Error(err)
	}
	if got := systemd.received(t); !slices.Equal(got, []string{"STATUS=5/5 ok"}) {
		t.Errorf("got %q", got)
	}
}
