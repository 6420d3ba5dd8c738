package mqtt

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// lightActions are the actions that carry out a light's commands; a switch has no set.
type lightActions struct{ on, off, set string }

// lights are the actions of what can be a light or a switch, by the type of its topic.
var lights = map[string]lightActions{
	"level": {"on", "off", "set"}, "light": {"wake", "blank", "brightness"}, "switch": {on: "on", off: "off"},
}

// lightOf returns the actions of a topic that is a light or a switch. That takes all of
// them: without, a level is a sensor.
func lightOf(i plugins.Described, t plugins.TopicInfo) (lightActions, bool) {
	actions, ok := lights[t.Type]
	return actions, ok && has(i, actions.on) && has(i, actions.off) && (actions.set == "" || has(i, actions.set))
}

// lightTopic is where a lamp's level stands as Home Assistant's JSON of a light, for
// which there is no template.
func (c Config) lightTopic(instance, topic string) string {
	return c.topic("homeassistant", instance, topic)
}

// light is a light's state and command, in Home Assistant's JSON.
type light struct {
	State      string `json:"state"` // ON or OFF
	Brightness *int   `json:"brightness,omitempty"`
	ColorMode  string `json:"color_mode,omitempty"`
}

// lightState returns the state of a lamp or a panel by the value of its topic; false: it is
// neither.
func lightState(value any) (light, bool) {
	state := light{State: "OFF", ColorMode: "brightness"}
	on, level := false, 0.0
	switch value := value.(type) {
	case topics.Level:
		on, level = value.Goal > 0, value.Goal
	case topics.Light:
		on, level = value.On, value.Brightness
	default:
		return light{}, false
	}
	if on {
		brightness := max(1, int(level*100+0.5))
		state.State, state.Brightness = "ON", &brightness
	}
	return state, true
}

// setLight carries out a command for a lamp, a panel or a switch: "lamp/level/set".
func (m *mqtt) setLight(command string, payload []byte) error {
	var l light
	if err := json.Unmarshal(payload, &l); err != nil {
		return fmt.Errorf("not a light's command: %w", err)
	}
	instance, topic, _ := strings.Cut(strings.TrimSuffix(command, "/set"), "/")
	for i, t := range m.published() {
		if actions, ok := lightOf(i, t); ok && i.Instance == instance && t.Name == topic {
			return l.callActions(actions, t.Type == "light", func(action, arg string) error {
				return m.env.Call(plugins.ActionRef{Instance: instance, Name: action, Arg: arg})
			})
		}
	}
	return fmt.Errorf("%s.%s can neither be dimmed nor switched", instance, topic)
}

// callActions calls the actions that carry out a command. The brightness of a panel holds
// while it is off, too.
func (l light) callActions(actions lightActions, isPanel bool, call func(action, arg string) error) error {
	switch {
	case l.State == "OFF":
		return call(actions.off, "")
	case l.State != "ON":
		return fmt.Errorf("state %q; there is ON and OFF", l.State)
	case l.Brightness == nil || actions.set == "":
		return call(actions.on, "")
	case *l.Brightness < 0 || *l.Brightness > 100:
		return fmt.Errorf("brightness %d; must be 0 to 100", *l.Brightness)
	}
	err := call(actions.set, strconv.Itoa(*l.Brightness)+"%")
	if isPanel && err == nil {
		err = call(actions.on, "")
	}
	return err
}
