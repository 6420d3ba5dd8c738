package daemon

import (
	"fmt"
	"time"

	"ptvd/internal/logs"
	"ptvd/internal/scheduler"
)

const (
	// noticeable is how long a step may hold the loop before people notice, too.
	noticeable = time.Second
	// blamedFor is how long an instance must have kept from that to be well again.
	blamedFor = time.Minute
)

// reportBlocked says who holds the loop, while it does: a warning at first, and an error
// once people notice.
func (d *Daemon) reportBlocked(h scheduler.Blocked) {
	log := d.log.With("plugin", h.Owner, "task", h.Name, "for", h.For.Round(time.Millisecond), "stack", string(h.Stack))
	if h.For < noticeable {
		log.Warn("held up the loop")
		return
	}
	log.Error("blocks the loop, and everything waits for it", logs.ID(logs.LoopBlocked))
}

// reportUnblocked says that it is over, and how long it was in all. What nobody notices may
// come every second, and is for who asks.
func (d *Daemon) reportUnblocked(h scheduler.Blocked) {
	log := d.log.With("plugin", h.Owner, "task", h.Name, "held_for", h.For.Round(time.Millisecond))
	if h.For < noticeable {
		log.Debug("the loop goes on")
		return
	}
	log.Info("the loop goes on")
	if i := d.find(h.Owner); i != nil {
		i.heldLoop(h.For)
	}
}

// heldLoop shows in the instance's health that it held up everybody, until it has
// kept from that for a while.
func (i *instance) heldLoop(d time.Duration) {
	forgiving := i.blamed != 0
	i.blamed = i.daemon.loop.Now().Add(blamedFor)
	i.health.Blame(fmt.Sprintf("held the loop for %.1f s, and everything waited for it", d.Seconds()))
	if forgiving {
		return
	}
	i.daemon.loop.Go("forgive", func(t *scheduler.Task) error {
		for t.Now() < i.blamed {
			if err := t.SleepUntil(i.blamed); err != nil {
				return err
			}
		}
		i.blamed = 0
		i.health.Blame("")
		return nil
	}, scheduler.Owner(i.entry.Name))
}
