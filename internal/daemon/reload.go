package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/logs"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// Reload asks the daemon to read its configuration again. Any goroutine may call
// it.
func (d *Daemon) Reload() { d.reload.Set() }

// reloader is the task that announces the start and then carries out reloads, one at
// a time: systemd accepts no reload before READY=1.
func (d *Daemon) reloader(t *scheduler.Task) error {
	if err := d.announce(t); err != nil {
		return err
	}
	for {
		if err := d.reload.Wait(t); err != nil {
			return err
		}
		d.notify.reloading(t.Now())
		waiting := d.reloadResults
		d.reloadResults = nil
		changes, err := d.reloadOnce(t)
		if errors.Is(err, scheduler.ErrCancelled) {
			return err
		}
		d.notify.ready(d.status())
		for _, result := range waiting {
			result <- err
		}
		_, isLogged := errors.AsType[startError](err)
		switch {
		case err == nil:
			d.log.Info("configuration reloaded", "changed", cmp.Or(strings.Join(changes, ", "), "nothing"), "status", d.status())
		case !isLogged:
			d.log.Error("config reload failed; keeping the previous configuration", logs.ID(logs.ReloadFailed), "err", err)
		}
	}
}

// reloadOnce validates the whole configuration first and then applies the changes, of
// which it returns a list.
func (d *Daemon) reloadOnce(t *scheduler.Task) (changes []string, err error) {
	if d.options.Reload == nil {
		return nil, errors.New("there is no configuration file to reload")
	}
	next, err := scheduler.Await(t, func(context.Context) (*config.File, error) { return d.options.Reload() })
	if err != nil {
		return nil, err
	}
	now := d.options.File
	if next.Board != now.Board || next.StateDir != now.StateDir || !reflect.DeepEqual(next.HTTP, now.HTTP) ||
		next.Poll != now.Poll || !maps.Equal(next.Expanders, now.Expanders) {
		return nil, errors.New("board, poll, expanders, state and http cannot be changed by a reload; restart the daemon")
	}
	d.logWarnings(next)
	if next.Timezone.String() != now.Timezone.String() {
		changes = append(changes, "timezone")
	}
	d.options.File = next
	d.clock.Configure(next.Timezone, !keepsTime(next))
	changed, err := d.apply(t, next.Instances)
	return append(changes, changed...), err
}

// change is an instance that a reload starts.
type change struct {
	*instance
	was, next  config.Instance
	wasRunning bool // with the previous configuration
}

// apply makes the instances those of the list. Unchanged ones keep running. A changed
// one is updated while it runs if its plugin can do that. The others are stopped, all
// of them before any is started, since a pin may move from one to another.
func (d *Daemon) apply(t *scheduler.Task, list []config.Instance) (changes []string, err error) {
	note := func(name, what string) { changes = append(changes, name+" ("+what+")") }
	var after, removed, restarting []*instance
	var changed, added []change
	for _, entry := range list {
		i := d.find(entry.Name)
		switch {
		case i == nil:
			i = newInstance(d, entry)
			added = append(added, change{instance: i, next: entry})
			note(entry.Name, "added")
		case same(i.entry, entry):
		default:
			updated, err := i.update(t, entry)
			if err != nil {
				return changes, err
			}
			if updated {
				i.log.Info("reconfigured without restart")
				note(entry.Name, "reconfigured")
				break
			}
			if i.entry.Definition.Name != entry.Definition.Name {
				i.remove()
			}
			note(entry.Name, "restarted")
			restarting = append(restarting, i)
			changed = append(changed, change{i, i.entry, entry, i.plugin != nil})
		}
		after = append(after, i)
	}
	for _, i := range d.instances {
		if !slices.ContainsFunc(list, func(entry config.Instance) bool { return entry.Name == i.entry.Name }) {
			removed = append(removed, i)
			i.remove()
		}
	}
	if err := d.end(t, append(removed, restarting...)); err != nil {
		return changes, err
	}
	for _, i := range removed {
		d.bus.Forget(i.entry.Name)
		i.log.Info("instance removed")
		note(i.entry.Name, "removed")
	}
	d.instances = after
	return changes, d.startChanged(t, append(changed, added...))
}

// startError says that the new configuration is in use, except for the instances that
// did not start with it. Each of those was logged.
type startError struct{ error }

// startChanged starts instances with their new configuration. One that was running
// before and does not start is rolled back to its previous configuration.
func (d *Daemon) startChanged(t *scheduler.Task, changes []change) error {
	for _, c := range changes {
		c.entry, c.trial = c.next, true
		c.begin()
	}
	var failed []error
	for _, c := range changes {
		if err := c.startedOnce.Wait(t); err != nil {
			return err
		}
		if c.plugin != nil {
			c.log.Info("started with the new configuration")
			continue
		}
		failed = append(failed, fmt.Errorf("%s: start failed with the new configuration: %s", c.next.Name, c.health.Why))
		if !c.wasRunning || c.restartPending {
			c.log.Error("start failed with the new configuration", logs.ID(logs.ReloadFailed), "err", c.health.Why)
			continue
		}
		c.log.Error("start failed with the new configuration; rolled back", logs.ID(logs.ReloadFailed), "err", c.health.Why)
		if err := d.end(t, []*instance{c.instance}); err != nil {
			return err
		}
		c.entry = c.was
		c.begin()
	}
	if failed != nil {
		return startError{errors.Join(failed...)}
	}
	return nil
}

// remove tells the plugin that its next stop is the last.
func (i *instance) remove() {
	if i.self != nil {
		i.self.Removed = true
	}
}

func (d *Daemon) find(name string) *instance {
	for _, i := range d.instances {
		if i.entry.Name == name {
			return i
		}
	}
	return nil
}

// same tells whether two entries mean the same, whatever their positions in the file.
func same(a, b config.Instance) bool {
	return a.Definition.Name == b.Definition.Name && a.OnError == b.OnError && reflect.DeepEqual(a.Config, b.Config)
}

// update gives a running plugin its new configuration. It returns false if the
// instance must be restarted for it, and an error only if the reload is cancelled.
func (i *instance) update(t *scheduler.Task, entry config.Instance) (updated bool, err error) {
	if i.plugin == nil || i.entry.Definition.Name != entry.Definition.Name {
		return false, nil
	}
	if !reflect.DeepEqual(i.entry.Config, entry.Config) {
		plugin := i.plugin
		task := t.Go("update", func(t *scheduler.Task) error { return entry.Definition.Update(plugin, t, entry.Config) }, scheduler.Owner(entry.Name))
		err := t.Timeout(updateTimeout, func() error { return t.Join(task) })
		if task.Cancel() && !errors.Is(err, scheduler.ErrTimeout) {
			return false, err
		}
		if err != nil {
			if !errors.Is(err, plugins.ErrRestart) {
				i.log.Warn("live reconfiguration failed; restarting", "err", err)
			}
			return false, nil
		}
	}
	i.entry = entry
	return true, nil
}

// updateTimeout limits a plugin's Update, for which the reload waits.
const updateTimeout = 5 * time.Second
