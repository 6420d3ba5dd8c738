package daemon

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
	"unsafe"

	systemd "github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sys/unix"

	"ptvd/internal/scheduler"
	"ptvd/internal/textfmt"
)

// notifier sends the messages of sd_notify(3) to systemd, if it runs the daemon.
type notifier struct {
	isReady bool
	last    string        // status that was sent
	conn    *net.UnixConn // nil: not yet, or the last message was lost
}

// ready says that the daemon has started, or has finished a reload.
func (n *notifier) ready(status string) {
	if n.isReady {
		n.status(status)
		return
	}
	n.isReady, n.last = true, textfmt.OneLine(status, maxStatus)
	n.send(systemd.SdNotifyReady + "\nSTATUS=" + n.last)
}

// status sends the status line if it has changed. While the daemon starts, reloads or
// stops it sends nothing: ready sends the outcome.
func (n *notifier) status(status string) {
	if status = textfmt.OneLine(status, maxStatus); n.isReady && status != n.last {
		n.last = status
		n.send("STATUS=" + status)
	}
}

// reloading says that a reload begins; ready ends it. On Linux an Instant is a time
// of CLOCK_MONOTONIC, as systemd expects.
func (n *notifier) reloading(now scheduler.Instant) {
	n.isReady = false
	n.send(fmt.Sprintf("%s\nMONOTONIC_USEC=%d", systemd.SdNotifyReloading, int64(now)/int64(time.Microsecond)))
}

func (n *notifier) stopping() {
	n.isReady = false
	n.send(systemd.SdNotifyStopping)
}

func (n *notifier) watchdog() { n.send(systemd.SdNotifyWatchdog) }

// watchdogInterval returns the unit's WatchdogSec=, 0 if it is not set.
func (n *notifier) watchdogInterval() time.Duration {
	interval, _ := systemd.SdWatchdogEnabled(false) // 0 with an error
	return interval
}

// sendTimeout limits how long a message may block the loop. systemd's socket queues
// hundreds of messages, so there is a wait only after systemd has been stuck for long.
const sendTimeout = 5 * time.Millisecond

// send ignores errors, since there is no one else to report them to.
func (n *notifier) send(state string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	for range 2 { // systemd may have replaced its socket
		if n.conn == nil {
			conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
			if err != nil {
				return
			}
			n.conn = conn
		}
		if err := deliver(n.conn, []byte(state), sendTimeout); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		_ = n.conn.Close()
		n.conn = nil
	}
}

// deliver sends a message at once if there is room for it, and else waits for room
// until the deadline. With a deadline alone nothing would be sent if it passed before
// the first attempt, as on a busy board. The first attempt does not block, and bypasses
// the Go scheduler, whose monitor thread it would wake.
func deliver(conn *net.UnixConn, message []byte, within time.Duration) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var errno syscall.Errno
	if err := raw.Control(func(fd uintptr) {
		_, _, errno = unix.RawSyscall(unix.SYS_WRITE, fd, uintptr(unsafe.Pointer(unsafe.SliceData(message))), uintptr(len(message)))
	}); err != nil {
		return err
	}
	if errno == unix.EAGAIN {
		_ = conn.SetWriteDeadline(time.Now().Add(within))
		_, err = conn.Write(message)
		return err
	}
	if errno != 0 {
		return errno
	}
	return nil
}

// maxStatus, in characters, keeps a message within the 4096 bytes that systemd reads.
// A status is one line, since a line break begins the next assignment.
const maxStatus = 1000
