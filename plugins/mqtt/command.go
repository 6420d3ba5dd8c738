package mqtt

import (
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

// takeCommands carries out commands, one after the other.
func (m *mqtt) takeCommands(t *plugins.Task) error {
	filters := []string{m.cfg.Prefix + "/cmd/+/+"}
	if m.cfg.HomeAssistant {
		filters = append(filters, birth, m.lightTopic("+", "+")+"/set")
	}
	// A command holds for the moment at which it is sent.
	if err := m.conn.subscribe(t, withoutRetained, filters...); err != nil {
		return err
	}
	if len(m.cfg.Subscribe) > 0 {
		if err := m.conn.subscribe(t, withRetained, slices.Collect(maps.Values(m.cfg.Subscribe))...); err != nil {
			return err
		}
	}
	for {
		command, err := m.conn.next(t)
		if err != nil {
			return err
		}
		if command.topic == birth {
			if err := m.announcer.again(t, command); err != nil {
				return err
			}
			continue
		}
		if isCommand := slices.ContainsFunc(filters, func(f string) bool { return matches(f, command.topic) }); !isCommand {
			m.received(command)
			continue
		}
		m.env.Meter.Count("commands_total", 1)
		if dropped := m.conn.dropped.Swap(0); dropped > 0 {
			m.env.Meter.Count("commands_dropped_total", float64(dropped))
			m.env.Log.Warn("commands dropped: they come faster than they can be carried out", "count", dropped)
		}
		answer := result{OK: true}
		if err := m.carryOut(command); err != nil {
			answer = result{Error: err.Error()}
			m.env.Log.Warn("command refused", "topic", command.topic, "err", err)
		}
		payload, _ := json.Marshal(answer) // cannot fail
		if err := m.conn.send(t, message{topic: command.topic + "/result", payload: payload, expiry: eventExpiry}); err != nil {
			return err
		}
		if err := t.Sleep(commandPause); err != nil {
			return err
		}
	}
}

// carryOut calls the action that a command names.
func (m *mqtt) carryOut(command message) error {
	if command.retain {
		return errors.New("the message is retained; publish commands without retain")
	}
	if lamp, ok := strings.CutPrefix(command.topic, m.cfg.Prefix+"/homeassistant/"); ok {
		return m.setLight(lamp, command.payload)
	}
	instance, action, _ := strings.Cut(strings.TrimPrefix(command.topic, m.cfg.Prefix+"/cmd/"), "/")
	name := plugins.ActionName{Instance: instance, Name: action}
	if !m.isAllowed(name) {
		return fmt.Errorf("%v is not among the commands of the configuration; there is %s", name, m.allowed())
	}
	return m.env.Call(plugins.ActionRef{Instance: instance, Name: action, Arg: strings.TrimSpace(string(command.payload))})
}

func (m *mqtt) isAllowed(name plugins.ActionName) bool { return slices.Contains(m.cfg.Commands, name) }

func (m *mqtt) commandTopic(name plugins.ActionName) string {
	return m.cfg.Prefix + "/cmd/" + name.Instance + "/" + name.Name
}

func (m *mqtt) allowed() string {
	var names []string
	for _, c := range m.cfg.Commands {
		names = append(names, c.String())
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}
