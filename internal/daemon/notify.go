package daemon

import (
	"fmt"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"

	"ptvd/internal/scheduler"
)

// notifier speaks sd_notify(3) to systemd, and to nobody where there is none: a
// datagram to a local socket, short enough for the loop.
type notifier struct{ isReady bool }

func (n *notifier) ready(status string) {
	n.isReady = true
	n.send(systemd.SdNotifyReady + "\nSTATUS=" + status)
}

func (n *notifier) status(status string) {
	if n.isReady {
		n.send("STATUS=" + status)
	}
}

func (n *notifier) reloading(now scheduler.Instant) {
	n.send(fmt.Sprintf("%s\nMONOTONIC_USEC=%d", systemd.SdNotifyReloading, now/1000))
}

func (n *notifier) stopping() { n.send(systemd.SdNotifyStopping) }
func (n *notifier) watchdog() { n.send(systemd.SdNotifyWatchdog) }

// watchdogInterval is the unit's WatchdogSec, 0 where none is set.
func (n *notifier) watchdogInterval() time.Duration {
	interval, err := systemd.SdWatchdogEnabled(false)
	if err != nil {
		return 0
	}
	return interval
}

// send ignores errors: there is nobody else to tell.
func (n *notifier) send(state string) { _, _ = systemd.SdNotify(false, state) }
