package daemon

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/logs"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// Reload asks the daemon to read its configuration again. Any goroutine may call
// it.
func (d *Daemon) Reload() { d.reload.Set() }

// reloader is the task that says when the daemon has started, and then reloads, one
// time after the other. systemd knows one of the two at a time.
func (d *Daemon) reloader(t *scheduler.Task) error {
	if err := d.announce(t); err != nil {
		return err
	}
	for {
		if err := d.reload.Wait(t); err != nil {
			return err
		}
		d.notify.reloading(t.Now())
		err := d.reloadOnce(t)
		if errors.Is(err, scheduler.ErrCancelled) {
			return err
		}
		d.notify.ready(d.status())
		if err != nil {
			d.log.Error("the configuration was not taken; all goes on as it was", logs.ID(logs.ReloadFailed), "err", err)
		}
	}
}

// reloadOnce validates everything first, and then changes what has changed.
func (d *Daemon) reloadOnce(t *scheduler.Task) error {
	if d.options.Reload == nil {
		return errors.New("there is no file to read again")
	}
	next, err := scheduler.Await(t, func(context.Context) (*config.File, error) { return d.options.Reload() })
	if err != nil {
		return err
	}
	now := d.options.File
	if next.Board != now.Board || next.StateDir != now.StateDir || !reflect.DeepEqual(next.HTTP, now.HTTP) {
		return errors.New("board, state and http cannot change while the daemon runs: restart it")
	}
	d.options.File = next
	d.clock.Configure(next.Timezone, !keepsTime(next))
	return d.apply(t, next.Instances)
}

// change is what a reload brings to an instance that it begins.
type change struct {
	*instance
	was, next config.Instance
	well      bool // it ran with what it was
}

// apply makes the instances those of the list. Those that stay as they are do not
// notice; one that can take its change while it runs does; the others are
// stopped, all of them before any is started, since a pin may change hands.
func (d *Daemon) apply(t *scheduler.Task, list []config.Instance) error {
	var after, gone, leaving []*instance
	var changed, fresh []change
	for _, entry := range list {
		i := d.find(entry.Name)
		switch {
		case i == nil:
			i = newInstance(d, entry)
			fresh = append(fresh, change{instance: i, next: entry})
		case same(i.entry, entry):
		default:
			taken, err := i.update(t, entry)
			if err != nil {
				return err
			}
			if taken {
				d.log.Info("took its change while it ran", "plugin", entry.Name)
				break
			}
			leaving = append(leaving, i)
			changed = append(changed, change{i, i.entry, entry, i.plugin != nil})
		}
		after = append(after, i)
	}
	for _, i := range d.instances {
		if !contains(list, i.entry.Name) {
			gone = append(gone, i)
		}
	}
	if err := d.end(t, append(gone, leaving...)); err != nil {
		return err
	}
	for _, i := range gone {
		d.bus.Forget(i.entry.Name)
		d.log.Info("removed", "plugin", i.entry.Name)
	}
	d.instances = after
	return d.try(t, append(changed, fresh...))
}

// try begins instances with their new configuration. One that was well with its old
// one, and does not start with the new, gets the old one back.
func (d *Daemon) try(t *scheduler.Task, changes []change) error {
	for _, c := range changes {
		c.entry, c.trial = c.next, true
		c.begin()
	}
	for _, c := range changes {
		if err := c.tried.Wait(t); err != nil {
			return err
		}
		switch {
		case c.plugin != nil:
			c.log.Info("runs with its new configuration")
		case c.well && !c.follows:
			c.log.Error("does not start with its new configuration; the old one is put back", logs.ID(logs.ReloadFailed), "err", c.health.Why)
			if err := d.end(t, []*instance{c.instance}); err != nil {
				return err
			}
			c.entry = c.was
			c.begin()
		default:
			c.log.Error("does not start with its new configuration", logs.ID(logs.ReloadFailed), "err", c.health.Why)
		}
	}
	return nil
}

func (d *Daemon) find(name string) *instance {
	for _, i := range d.instances {
		if i.entry.Name == name {
			return i
		}
	}
	return nil
}

func contains(list []config.Instance, name string) bool {
	return slices.ContainsFunc(list, func(entry config.Instance) bool { return entry.Name == name })
}

// same tells whether two entries mean the same. Where they stand in the file does
// not matter.
func same(a, b config.Instance) bool {
	return a.Definition.Name == b.Definition.Name && a.OnError == b.OnError && reflect.DeepEqual(a.Config, b.Config)
}

// update offers a running plugin its new configuration; false: it needs a restart.
// The error is that of a reload which is cancelled.
func (i *instance) update(t *scheduler.Task, entry config.Instance) (taken bool, err error) {
	if i.plugin == nil || i.entry.Definition.Name != entry.Definition.Name {
		return false, nil
	}
	if !reflect.DeepEqual(i.entry.Config, entry.Config) {
		plugin := i.plugin
		task := t.Go("update", func(t *scheduler.Task) error { return entry.Definition.Update(plugin, t, entry.Config) }, scheduler.Owner(entry.Name))
		err := t.Timeout(graceForUpdate, func() error { return t.Join(task) })
		if task.Cancel() && !errors.Is(err, scheduler.ErrTimeout) {
			return false, err
		}
		if err != nil {
			if !errors.Is(err, plugins.ErrRestart) {
				i.log.Warn("could not take its change while it runs", "err", err)
			}
			return false, nil
		}
	}
	i.entry = entry
	return true, nil
}

// graceForUpdate is how long a plugin may take for a change: the reload waits for it.
const graceForUpdate = 5 * time.Second
