package mqtt

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
)

// commandPause is the least time between two commands, so that a flood of them leaves
// the loop to others.
const commandPause = 20 * time.Millisecond

// result is the answer to a command.
type result struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
}

// commandFilters are the topics of commands, of unknown ones too, since each is answered,
// and of what Home Assistant says.
func (c Config) commandFilters() []string {
	filters := []string{c.topic("cmd/#")}
	if c.HomeAssistant {
		filters = append(filters, birth, c.lightTopic("+", "+")+"/set")
	}
	return filters
}

// takeCommands carries out commands, one after the other.
func (m *mqtt) takeCommands(t *plugins.Task) error {
	// A command holds for the moment at which it is sent.
	if err := m.conn.subscribe(t, withoutRetained, m.commands...); err != nil {
		return err
	}
	for {
		command, err := m.conn.next(t)
		if err != nil {
			return err
		}
		if command.topic == birth {
			err = m.announceAgain(t, command)
		} else {
			err = m.answer(t, command)
		}
		if err != nil {
			return err
		}
		if err := t.Sleep(commandPause); err != nil {
			return err
		}
	}
}

// answer carries out a command and publishes its result.
func (m *mqtt) answer(t *plugins.Task, command message) error {
	m.env.Meter.Count("commands_total", 1)
	answer := result{OK: true}
	if err := m.carryOut(command); err != nil {
		answer = result{Error: err.Error()}
		m.env.Log.Warn("command refused", "topic", command.topic, "err", err)
	}
	payload, _ := json.Marshal(answer) // cannot fail
	return m.conn.send(t, message{topic: command.topic + "/result", payload: payload, expiry: eventExpiry})
}

// carryOut calls the action that a command names.
func (m *mqtt) carryOut(command message) error {
	if command.retain {
		return errors.New("the message is retained; publish commands without retain")
	}
	// It waits while the broker is slow to take the results of others; and the first read after
	// a suspend may come before the loop's clock has the time of it.
	if waited := m.env.Now().Sub(command.came); waited > quietTimeout {
		return fmt.Errorf("the command waited for %v; send it again", waited.Round(time.Second))
	}
	if lamp, ok := strings.CutPrefix(command.topic, m.cfg.Prefix+"/homeassistant/"); ok {
		return m.setLight(lamp, command.payload)
	}
	what := strings.TrimPrefix(strings.TrimPrefix(command.topic, m.cfg.topic("cmd")), "/") // empty for the topic cmd itself
	arg := strings.TrimSpace(string(command.payload))
	page, isPage := strings.CutPrefix(what, "apps/pushed/")
	switch {
	case what == "notify":
		return m.callPanels("show", arg)
	case isPage && arg == "":
		return m.callPanels("remove", page)
	case isPage:
		return m.callPanels("push", page+" "+arg)
	}
	instance, action, _ := strings.Cut(what, "/")
	return m.call(plugins.ActionRef{Instance: instance, Name: action, Arg: arg})
}

// call calls an action, if that is allowed.
func (m *mqtt) call(action plugins.ActionRef) error {
	name := plugins.ActionName{Instance: action.Instance, Name: action.Name}.String()
	if allowed := m.allowed(); !slices.Contains(allowed, name) {
		wrong := name + " is not among the commands of the configuration"
		if action.Instance == "" || action.Name == "" {
			wrong = "the topic names no action; publish to " + m.cfg.topic("cmd", "INSTANCE", "ACTION")
		}
		return fmt.Errorf("%s; there is %s", wrong, cmp.Or(strings.Join(allowed, ", "), "none"))
	}
	return m.env.Call(action)
}

// callPanels calls an action of every instance that takes messages.
func (m *mqtt) callPanels(action, arg string) error {
	called, failed := false, error(nil)
	for _, i := range plugins.Instances(m.env) {
		if slices.ContainsFunc(i.Topics, func(t plugins.TopicInfo) bool { return t.Type == "messages" }) {
			called = true
			failed = errors.Join(failed, m.call(plugins.ActionRef{Instance: i.Instance, Name: action, Arg: arg}))
		}
	}
	if !called {
		return errors.New("no instance takes messages; configure a display")
	}
	return failed
}

// allowed lists the actions that commands may call: those of the configuration, and those
// that components of Home Assistant need.
func (m *mqtt) allowed() []string {
	var names []string
	for _, c := range m.cfg.Commands {
		names = append(names, c.String())
	}
	for _, name := range slices.Sorted(maps.Keys(m.announced.components)) {
		topic, _ := m.announced.components[name]["cmd_t"].(string)
		command, ok := strings.CutPrefix(topic, m.cfg.topic("cmd", ""))
		if command = strings.Replace(command, "/", ".", 1); ok && !slices.Contains(names, command) {
			names = append(names, command)
		}
	}
	return names
}
