package daemon

import (
	"fmt"
	"time"

	"ptvd/internal/logs"
	"ptvd/internal/scheduler"
)

const (
	// blockedError is the length of a step from which on it is an error, since
	// people notice it.
	blockedError = time.Second
	// degradedFor is how long an instance stays degraded after such a step.
	degradedFor = time.Minute
)

// reportBlocked logs, while a step still runs, that it blocks the event loop.
func (d *Daemon) reportBlocked(h scheduler.Blocked) {
	d.blocked.Store(&h)
	if isStarved(h) {
		d.log.Warn("machine starved: no CPU time for the event loop", logs.ID(logs.MachineStarved), "waited_for", h.Starved.Round(time.Millisecond))
		return
	}
	log := d.log.With("plugin", h.Owner, "task", h.Name, "blocked_for", h.For.Round(time.Millisecond), "stack", string(h.Stack))
	if h.For < blockedError {
		log.Warn("event loop delayed by task")
		return
	}
	log.Error("event loop blocked by task", logs.ID(logs.LoopBlocked))
}

// isStarved reports whether the code that was running is not to blame: other processes
// had the CPU.
func isStarved(h scheduler.Blocked) bool { return h.Starved > h.For/2 }

// LogAbort logs that the process was told to abort, as systemd does when the watchdog
// was not fed, and what blocks the event loop. Any goroutine may call it.
func (d *Daemon) LogAbort() {
	log := d.log
	switch h := d.blocked.Load(); {
	case h != nil && isStarved(*h):
		log = log.With("err", "no CPU time for the event loop", "waited_for", h.Starved.Round(time.Millisecond))
	case h != nil:
		log = log.With("plugin", h.Owner, "task", h.Name, "stack", string(h.Stack))
	}
	log.Error("aborted by SIGABRT", logs.ID(logs.LoopBlocked))
}

// reportUnblocked logs how long the step took in all. Short ones may come every
// second, so they are logged at the debug level only.
func (d *Daemon) reportUnblocked(h scheduler.Blocked) {
	d.blocked.Store(nil)
	log := d.log.With("plugin", h.Owner, "task", h.Name, "blocked_for", h.For.Round(time.Millisecond))
	if h.For < blockedError {
		log.Debug("event loop responsive again")
		return
	}
	if isStarved(h) {
		d.log.Info("event loop responsive again", "waited_for", h.Starved.Round(time.Millisecond))
		return
	}
	log.Info("event loop responsive again")
	if i := d.find(h.Owner); i != nil {
		i.degradeForBlocking(h.For)
	}
}

// degradeForBlocking marks the instance as degraded until it has not blocked the loop
// for a while.
func (i *instance) degradeForBlocking(d time.Duration) {
	isWaiting := i.degradedUntil != 0
	i.degradedUntil = i.daemon.loop.Now().Add(degradedFor)
	i.health.Observe(fmt.Sprintf("blocked the event loop for %.1f s", d.Seconds()))
	if isWaiting {
		return
	}
	i.daemon.loop.Go("degraded", func(t *scheduler.Task) error {
		for t.Now() < i.degradedUntil {
			if err := t.SleepUntil(i.degradedUntil); err != nil {
				return err
			}
		}
		i.degradedUntil = 0
		i.health.Observe("")
		return nil
	}, scheduler.Owner(i.entry.Name))
}
