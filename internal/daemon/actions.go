package daemon

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	"ptvd/internal/web"
)

// actions returns an instance's actions that make sense the way it is configured.
func (i *instance) actions() (all []host.Action) {
	for _, a := range i.entry.Definition.Actions {
		if a.Arg != "" || host.CheckAction(i.entry.Config, a.Name, "") == nil {
			all = append(all, a)
		}
	}
	return all
}

// findAction returns the action that a client names by instance.action.
func (d *Daemon) findAction(call string) (*instance, host.Action, error) {
	name, action, _ := strings.Cut(call, ".")
	i, there := d.find(name), []string{}
	if i == nil {
		for _, other := range d.instances {
			there = append(there, other.entry.Name)
		}
		return nil, host.Action{}, host.Missing(call, "instance", there)
	}
	for _, a := range i.actions() {
		if a.Name == action {
			return i, a, nil
		}
		there = append(there, a.Name)
	}
	return nil, host.Action{}, host.Missing(call, "action", there)
}

// call calls an action for a client: on a simulated board it moves the real contacts
// where there are some.
func (p *page) call(c web.Command) error {
	i, a, err := p.daemon.findAction(c.Action)
	world := p.daemon.options.World
	switch {
	case world == nil && !p.remote:
		return errors.New("remote control is disabled; set http.remote_control: true to allow it")
	case err != nil:
		return err
	}
	if err := a.CheckArg(c.Action, c.Arg); err != nil {
		return web.Refuse(web.InvalidArgument, err)
	}
	if err := host.CheckAction(i.entry.Config, a.Name, c.Arg); err != nil {
		return fmt.Errorf("%s: %w", c.Action, err)
	}
	switch err := p.act(i.entry.Name, a.Name, c.Arg, max(1, c.Times)); {
	case errors.Is(err, host.ErrFull):
		return web.Refuse(web.Full, err)
	case err != nil:
		return err
	}
	delete(p.held, c.Action)
	if a.EndedBy != "" {
		p.held[i.entry.Name+"."+a.EndedBy] = p.leaseEnd()
	}
	return nil
}

// lease is how long an action that another one ends, such as a press, lasts after a
// client has begun or renewed it, in real time. It ends by itself, since the client
// may have disconnected.
const lease = 3 * time.Second

func (p *page) leaseEnd() scheduler.Instant {
	return p.daemon.loop.Now().Add(time.Duration(p.speed() * float64(lease)))
}

// renew prolongs an action that is in progress.
func (p *page) renew(action string) error {
	i, a, err := p.daemon.findAction(action)
	if err != nil {
		return err
	}
	end := i.entry.Name + "." + a.EndedBy
	if _, held := p.held[end]; !held {
		return fmt.Errorf("%s: not in progress", action)
	}
	p.held[end] = p.leaseEnd()
	return nil
}

// expire ends the actions whose lease is over. It returns when the next one is, or
// scheduler.Never.
func (p *page) expire() scheduler.Instant {
	next := scheduler.Never
	for call, until := range p.held {
		if until <= p.daemon.loop.Now() {
			p.end(call)
		} else {
			next = min(next, until)
		}
	}
	return next
}

func (p *page) end(call string) {
	delete(p.held, call)
	instance, action, _ := strings.Cut(call, ".")
	_ = p.act(instance, action, "", 1) // the instance may have been removed
}

func (p *page) act(instance, action, arg string, times int) error {
	if world := p.daemon.options.World; world != nil && arg == "" {
		if handled, err := world.Act(instance, action, times); handled {
			return err
		}
	}
	for range times {
		if err := p.daemon.bus.Call(instance, action, arg); err != nil {
			return err
		}
	}
	return nil
}
