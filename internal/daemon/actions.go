package daemon

import (
	"errors"
	"fmt"
	"strings"

	"ptvd/internal/host"
	"ptvd/internal/web"
)

// actions returns an instance's actions that make sense the way it is configured.
func (i *instance) actions() (all []host.Action) {
	for _, a := range i.entry.Definition.Actions {
		if a.Arg != "" || i.checkAction(a.Name, "") == nil {
			all = append(all, a)
		}
	}
	return all
}

// checkAction asks the Config whether an action makes sense.
func (i *instance) checkAction(name, arg string) error {
	if checker, ok := i.entry.Config.(interface{ CheckAction(name, arg string) error }); ok {
		return checker.CheckAction(name, arg)
	}
	return nil
}

// findAction returns the action that a client names by instance.action.
func (d *Daemon) findAction(call string) (*instance, host.Action, error) {
	name, action, _ := strings.Cut(call, ".")
	if i := d.find(name); i != nil {
		for _, a := range i.actions() {
			if a.Name == action {
				return i, a, nil
			}
		}
	}
	return nil, host.Action{}, fmt.Errorf("%s: no such action", call)
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
		return err
	}
	if err := i.checkAction(a.Name, c.Arg); err != nil {
		return fmt.Errorf("%s: %w", c.Action, err)
	}
	if err := p.act(i.entry.Name, a.Name, c.Arg, max(1, c.Times)); err != nil {
		return err
	}
	delete(p.held, c.Action)
	if a.EndedBy != "" {
		p.held[i.entry.Name+"."+a.EndedBy] = true
	}
	return nil
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

// isHeld tells whether a command ends an action that is in progress, such as a press.
func (p *page) isHeld(c web.Command) bool { return c.Do == web.Call && p.held[c.Action] }

// release ends what is still in progress when the last client has left.
func (p *page) release() {
	for call := range p.held {
		instance, action, _ := strings.Cut(call, ".")
		_ = p.act(instance, action, "", 1) // the instance may have been removed
	}
	clear(p.held)
}
