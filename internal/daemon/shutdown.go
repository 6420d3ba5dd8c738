package daemon

import (
	"errors"
	"fmt"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
)

// A stop takes a second at most, even if an ioctl does not return or a task ignores
// its cancellation. These are the parts of that second.
const (
	stopTimeout      = 350 * time.Millisecond // for a plugin's Stop
	closeTimeout     = 270 * time.Millisecond // for the board, at the end
	instancesTimeout = 620 * time.Millisecond // for all instances at the same time: Stop, then what gpio.Board.Close takes
	tasksTimeout     = 100 * time.Millisecond // for the remaining tasks
)

// shutdown stops all instances at the same time, and then closes the board.
func (d *Daemon) shutdown(t *scheduler.Task) {
	if err := d.end(t, d.instances); err != nil {
		return
	}
	if err := gpio.Close(t, d.board, closeTimeout); err != nil {
		d.log.Error("closing the board failed", "err", err)
	}
}

// stuck is why an instance does not stop.
const stuck = "a task ignored cancellation or a driver call is stuck"

// end stops instances at the same time, and logs those that do not stop in time.
func (d *Daemon) end(t *scheduler.Task, list []*instance) error {
	for _, i := range list {
		i.stopping = true
		i.run.Cancel()
	}
	err := t.Timeout(instancesTimeout, func() error {
		for _, i := range list {
			if err := t.Join(i.run); !i.run.Done() {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, scheduler.ErrTimeout) {
		return err
	}
	for _, i := range list {
		if !i.run.Done() {
			i.log.Error("plugin did not stop in time", "err", stuck, "timeout", instancesTimeout)
		}
	}
	return nil
}

// beginAfterRun starts the instance once its previous run has stopped, if it ever does.
func (i *instance) beginAfterRun() {
	i.plugin = nil
	i.failed(fmt.Errorf("previous run did not stop within %v: %s", instancesTimeout, stuck))
	if i.restartPending {
		return
	}
	i.restartPending = true
	i.daemon.loop.Go("restart", func(t *scheduler.Task) error {
		if err := t.Join(i.run); !i.run.Done() {
			return err
		}
		i.restartPending = false
		i.begin()
		return nil
	}, scheduler.Owner(i.entry.Name))
}
