package daemon

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sys/unix"

	"ptvd/internal/scheduler"
	"ptvd/internal/textfmt"
)

// notifier speaks sd_notify(3) to systemd, and to nobody where there is none.
type notifier struct {
	isReady bool
	said    string // the status that systemd knows
}

// ready says that the daemon has started, or has ended a reload.
func (n *notifier) ready(status string) {
	if n.isReady {
		n.status(status)
		return
	}
	n.isReady, n.said = true, textfmt.OneLine(status, longestStatus)
	n.send(systemd.SdNotifyReady + "\nSTATUS=" + n.said)
}

// status says how the instances are, when that has changed. While the daemon
// starts, reloads or stops, it says nothing: ready tells the outcome.
func (n *notifier) status(status string) {
	if status = textfmt.OneLine(status, longestStatus); n.isReady && status != n.said {
		n.said = status
		n.send("STATUS=" + status)
	}
}

// reloading says that a reload begins now; ready ends it. On Linux an Instant is
// a time of CLOCK_MONOTONIC, as systemd expects.
func (n *notifier) reloading(now scheduler.Instant) {
	n.isReady = false
	n.send(fmt.Sprintf("%s\nMONOTONIC_USEC=%d", systemd.SdNotifyReloading, int64(now)/int64(time.Microsecond)))
}

func (n *notifier) stopping() {
	n.isReady = false
	n.send(systemd.SdNotifyStopping)
}

func (n *notifier) watchdog() { n.send(systemd.SdNotifyWatchdog) }

// watchdogInterval is the unit's WatchdogSec, 0 where none is set.
func (n *notifier) watchdogInterval() time.Duration {
	interval, err := systemd.SdWatchdogEnabled(false)
	if err != nil {
		return 0
	}
	return interval
}

// patience bounds what a message may cost the loop. systemd queues hundreds; only
// where it has stood still for long is there a wait at all.
const patience = 5 * time.Millisecond

// send ignores errors: there is nobody else to tell.
func (n *notifier) send(state string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return
	}
	defer conn.Close()
	deliver(conn, []byte(state), patience)
}

// deliver sends a message at once where there is room for it, and else waits a while
// for some. Under a deadline alone nothing would be sent at all where it has passed
// before the first try, as on a board that is busy for so long.
func deliver(conn *net.UnixConn, message []byte, within time.Duration) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	full := false
	err = raw.Write(func(fd uintptr) bool {
		_, err := unix.Write(int(fd), message)
		full = errors.Is(err, unix.EAGAIN)
		return true
	})
	if err == nil && full {
		_ = conn.SetWriteDeadline(time.Now().Add(within))
		_, _ = conn.Write(message)
	}
}

// longestStatus, in characters, keeps a message within the page that systemd reads.
// It has to be one line, since a line break begins the next assignment.
const longestStatus = 1000
