package mqtt

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"ptvd/plugins"
)

// lightActions are the actions that carry out a light's commands, by the type of its topic.
var lightActions = map[string]struct{ on, off, set string }{
	"level": {"on", "off", "set"}, "light": {"wake", "blank", "brightness"}, "switch": {on: "on", off: "off"},
}

// lightTopic is where a lamp's level stands as Home Assistant's JSON of a light, for
// which there is no template.
func (c Config) lightTopic(instance, topic string) string {
	return c.Prefix + "/homeassistant/" + instance + "/" + topic
}

// light is a light's state and command, in Home Assistant's JSON.
type light struct {
	State      string `json:"state"` // ON or OFF
	Brightness *int   `json:"brightness,omitempty"`
	ColorMode  string `json:"color_mode,omitempty"`
}

// lightState returns the state of a lamp or a panel, whose brightness is 0 to 1.
func lightState(on bool, level float64) light {
	if !on {
		return light{State: "OFF", ColorMode: "brightness"}
	}
	brightness := max(1, int(level*100+0.5))
	return light{State: "ON", Brightness: &brightness, ColorMode: "brightness"}
}

func (a *announcer) sendLight(t *plugins.Task, e plugins.Envelope, state light) error {
	payload, err := json.Marshal(state)
	if err != nil {
		return err
	}
	return a.m.conn.send(t, message{topic: a.m.cfg.lightTopic(e.Instance, e.Topic), payload: payload, retain: true})
}

// setLight carries out a command for a lamp, a panel or a switch: "lamp/level/set".
func (m *mqtt) setLight(command string, payload []byte) error {
	instance, topic, _ := strings.Cut(strings.TrimSuffix(command, "/set"), "/")
	if a := m.announcer.known[instance+"_"+topic]; a == nil || a["p"] != "light" && a["p"] != "switch" {
		return fmt.Errorf("%s.%s can neither be dimmed nor switched", instance, topic)
	}
	var l light
	if err := json.Unmarshal(payload, &l); err != nil {
		return fmt.Errorf("not a light's command: %w", err)
	}
	for _, i := range plugins.Instances(m.env) {
		for _, t := range i.Topics {
			if i.Instance == instance && t.Name == topic {
				return l.callActions(t.Type, func(action, arg string) error {
					return m.env.Call(plugins.ActionRef{Instance: instance, Name: action, Arg: arg})
				})
			}
		}
	}
	return fmt.Errorf("%s has no %s any more", instance, topic)
}

// callActions calls the actions that carry out a command for a topic of a type.
func (l light) callActions(of string, call func(action, arg string) error) error {
	actions := lightActions[of]
	switch {
	case l.State == "OFF":
		return call(actions.off, "")
	case l.State != "ON":
		return fmt.Errorf("state %q; there is ON and OFF", l.State)
	case l.Brightness == nil || actions.set == "":
		return call(actions.on, "")
	case *l.Brightness < 0 || *l.Brightness > 100:
		return fmt.Errorf("brightness %d; there is 0 to 100", *l.Brightness)
	}
	err := call(actions.set, strconv.Itoa(*l.Brightness)+"%")
	if of == "light" && err == nil { // whose brightness holds while it is off, too
		err = call(actions.on, "")
	}
	return err
}
