package daemon

import (
	"errors"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
)

// Who stops the daemon waits for a second at the most, whatever hangs: an ioctl
// that does not return, a task that ignores its cancellation. These are the parts
// of that second.
const (
	graceForStop  = 350 * time.Millisecond // a plugin's Stop
	graceForClose = 270 * time.Millisecond // an instance's parts, and in the end the board
	graceForEnd   = 620 * time.Millisecond // all instances together: Stop, then Close
	graceForRest  = 100 * time.Millisecond // what is left of the tasks
)

// shutdown stops all instances at the same time, and then closes the board.
func (d *Daemon) shutdown(t *scheduler.Task) {
	if err := d.end(t, d.instances); err != nil {
		return
	}
	if err := gpio.Close(t, d.board, graceForClose); err != nil {
		d.log.Error("the board did not close", "err", err)
	}
}

// end stops instances, and says which of them would not be stopped in time.
func (d *Daemon) end(t *scheduler.Task, list []*instance) error {
	for _, i := range list {
		i.stopping = true
		i.life.Cancel()
	}
	err := t.Timeout(graceForEnd, func() error {
		for _, i := range list {
			if err := t.Join(i.life); !i.life.Done() {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, scheduler.ErrTimeout) {
		return err
	}
	for _, i := range list {
		if !i.life.Done() {
			i.log.Error("does not stop: a task ignores its cancellation, or a device hangs", "after", graceForEnd)
		}
	}
	return nil
}

// follow begins the instance once its former life has ended, if it ever does.
func (i *instance) follow() {
	i.plugin = nil
	i.failed(errors.New("its former life does not end: a task ignores its cancellation, or a device hangs"))
	if i.follows {
		return
	}
	i.follows = true
	i.daemon.loop.Go("follow", func(t *scheduler.Task) error {
		if err := t.Join(i.life); !i.life.Done() {
			return err
		}
		i.follows = false
		i.begin()
		return nil
	}, scheduler.Owner(i.entry.Name))
}
