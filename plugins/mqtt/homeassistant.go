package mqtt

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// Home Assistant finds the board by one retained message, which describes a device
// and its components (https://www.home-assistant.io/integrations/mqtt/, "Device
// discovery", from version 2024.11 on). What the components are follows from the
// types of the topics and from the actions, so that any plugin's appear.

// birth is where Home Assistant says that it has started.
const birth = "homeassistant/status"

// component is a component of the device, in the words of Home Assistant.
type component map[string]any

// announced is what Home Assistant was told in a session.
type announced struct {
	page       string               // the URL of the board's web page; empty: others cannot reach it
	values     map[string]any       // that were published, by topic
	components map[string]component // nil: nothing yet
}

// pageURL returns where others find the web page that is served on an address. A page on
// all addresses is at that of the connection to the broker, which is in the same network.
func pageURL(listen, local string) string {
	host, port, err := net.SplitHostPort(listen)
	address, _ := netip.ParseAddr(host) // that of localhost is not valid
	if host == "" || address.IsUnspecified() {
		connected, _ := netip.ParseAddrPort(local)
		address = connected.Addr()
	}
	if err != nil || !address.IsValid() || address.IsLoopback() || address.Zone() != "" {
		return ""
	}
	return "http://" + net.JoinHostPort(address.Unmap().String(), port) + "/"
}

var notInID = regexp.MustCompile(`[^a-zA-Z0-9]`)

// id is the board's name in identifiers.
func (c Config) id() string { return notInID.ReplaceAllString(c.Prefix, "-") }

func (c Config) discoveryTopic() string { return "homeassistant/device/" + c.id() + "/config" }

// announce publishes the device if anything about it is new.
func (m *mqtt) announce(t *plugins.Task) error {
	components := m.components()
	if fmt.Sprint(components) == fmt.Sprint(m.announced.components) {
		return nil
	}
	told, platforms := maps.Clone(components), map[string]string{}
	for name, platform := range m.left.Components {
		if told[name] == nil { // an entry with nothing but its platform removes a component
			told[name] = component{"p": platform}
		}
	}
	for name, c := range components {
		platforms[name], _ = c["p"].(string)
	}
	_, host := path.Split(m.cfg.Prefix)
	about := component{"ids": []string{m.cfg.id()}, "name": host, "mf": "ptvd", "mdl": "ptvd", "sw": m.env.Net.Agent}
	if m.announced.page != "" {
		about["cu"] = m.announced.page
	}
	payload, err := json.Marshal(component{
		"dev": about, "o": component{"name": "ptvd", "sw": m.env.Net.Agent}, "avty_t": m.cfg.topic("status"), "cmps": told,
	})
	if err != nil {
		return err
	}
	m.announced.components = components
	if err := m.tidy(t, platforms); err != nil {
		return err
	}
	return m.conn.send(t, message{topic: m.cfg.discoveryTopic(), payload: payload, retain: true})
}

// follow publishes what Home Assistant must know of a value in addition to the value.
func (m *mqtt) follow(t *plugins.Task, e plugins.Envelope) error {
	topic := e.Instance + "." + e.Topic
	before, seen := m.announced.values[topic]
	if m.announced.values[topic] = e.Value; e.Removed {
		delete(m.announced.values, topic)
	}
	if state, ok := lightState(e.Value); ok {
		payload, _ := json.Marshal(state) // cannot fail
		if err := m.conn.send(t, message{topic: m.cfg.lightTopic(e.Instance, e.Topic), payload: payload, retain: true}); err != nil {
			return err
		}
	}
	if seen && !e.Removed && detail(before) == detail(e.Value) {
		return nil
	}
	return m.announce(t)
}

// detail returns what the component of a topic has from its value: the unit of a reading,
// the options of a choice.
func detail(value any) string {
	switch value := value.(type) {
	case topics.Reading:
		return value.Unit
	case topics.Choice:
		return fmt.Sprintf("%q", value.Options)
	}
	return ""
}

// announceAgain publishes the device when Home Assistant has started.
func (m *mqtt) announceAgain(t *plugins.Task, birth message) error {
	if string(birth.payload) != "online" {
		return nil
	}
	m.announced.components = nil
	return m.announce(t)
}

// components describes what the board has. A component's key and unique identifier stay the
// same as long as its instance keeps its name.
func (m *mqtt) components() map[string]component {
	all := map[string]component{}
	add := func(instance, what string, c component) {
		key := instance + "_" + what
		c["uniq_id"] = m.cfg.id() + "_" + key
		all[key] = c
	}
	ofLight := map[plugins.ActionName]bool{} // the actions of lights and switches, which need no button
	for i, t := range m.published() {
		c := m.component(i, t)
		if c == nil {
			continue
		}
		add(i.Instance, t.Name, c)
		if t.Type == "departures" {
			add(i.Instance, "leave_by", m.timestamp(i.Instance, t.Name, "leave_by", "leave_by"))
		}
		if actions, ok := lightOf(i, t); ok {
			ofLight[plugins.ActionName{Instance: i.Instance, Name: actions.on}] = true
			ofLight[plugins.ActionName{Instance: i.Instance, Name: actions.off}] = true
		}
	}
	for _, i := range plugins.Instances(m.env) {
		for _, action := range i.Actions {
			name := plugins.ActionName{Instance: i.Instance, Name: action.Name}
			if action.Arg == "" && !ofLight[name] && slices.Contains(m.cfg.Commands, name) {
				add(i.Instance, action.Name, component{
					"p": "button", "name": words(i.Instance, action.Name),
					"cmd_t": m.cfg.topic("cmd", i.Instance, action.Name), "pl_prs": "",
				})
			}
		}
	}
	return all
}

// forms are what topics are in Home Assistant, by their types.
var forms = map[string]component{
	"choice":   {"p": "select", "val_tpl": "{{ value_json.value.choice or None }}"},
	"gesture":  {"p": "event", "val_tpl": `{{ {"event_type": value_json.value} | tojson }}`, "evt_typ": topics.Gestures},
	"health":   {"p": "binary_sensor", "val_tpl": "{{ 'OFF' if value_json.value.condition == 'ok' else 'ON' }}", "dev_cla": "problem", "ent_cat": "diagnostic"},
	"level":    {"p": "sensor", "val_tpl": "{{ (value_json.value.goal * 100) | round }}", "unit_of_meas": "%"},
	"messages": {"p": "notify"},
	"press":    {"p": "binary_sensor", "val_tpl": "{{ 'ON' if value_json.value.down else 'OFF' }}"},
	"reading":  {"p": "sensor", "val_tpl": "{{ value_json.value.value }}"},
	"switch":   {"p": "binary_sensor", "val_tpl": "{{ 'ON' if value_json.value.on else 'OFF' }}"},
	"text":     {"p": "sensor", "val_tpl": "{{ value_json.value[:255] }}"}, // the longest state there is
}

// The forms of topics that can be switched.
var (
	lightForm  = component{"p": "light", "schema": "json", "bri_scl": 100, "sup_clrm": []string{"brightness"}}
	switchForm = component{
		"p": "switch", "pl_on": `{"state":"ON"}`, "pl_off": `{"state":"OFF"}`,
		"val_tpl": "{{ value_json.value.on }}", "stat_on": "True", "stat_off": "False",
	}
)

// component returns what a topic is in Home Assistant, nil for one without a form.
func (m *mqtt) component(i plugins.Described, t plugins.TopicInfo) component {
	topic, own := m.cfg.topic(i.Instance, t.Name), m.cfg.lightTopic(i.Instance, t.Name)
	c := component{"name": words(i.Instance, t.Name), "stat_t": topic}
	form, value := forms[t.Type], m.announced.values[i.Instance+"."+t.Name]
	_, isLight := lightOf(i, t)
	switch {
	case isLight && t.Type == "switch":
		form, c["cmd_t"] = switchForm, own+"/set"
	case isLight:
		form, c["stat_t"], c["cmd_t"] = lightForm, own, own+"/set"
	case t.Type == "reading":
		reading, _ := value.(topics.Reading)
		if reading.Unit != "" {
			c["unit_of_meas"], c["stat_cla"] = reading.Unit, "measurement"
		}
		if class := deviceClasses[reading.Unit]; class != "" {
			c["dev_cla"] = class
		}
	case t.Type == "departures":
		form = m.timestamp(i.Instance, t.Name, t.Name, "leaves")
	case t.Type == "choice":
		choice, _ := value.(topics.Choice)
		if len(choice.Options) == 0 || !has(i, t.Name) {
			return nil
		}
		c["ops"], c["cmd_t"] = choice.Options, m.cfg.topic("cmd", i.Instance, t.Name)
	case t.Type == "messages":
		if !has(i, "show") {
			return nil
		}
		c = component{"name": words(i.Instance, "message"), "cmd_t": m.cfg.topic("cmd", i.Instance, "show")}
	}
	if t.Type == "departures" || t.Type == "health" {
		c["json_attr_t"], c["json_attr_tpl"] = topic, "{{ value_json.value | tojson }}"
	}
	if form == nil {
		return nil
	}
	maps.Copy(c, form)
	return c
}

// timestamp is a sensor for an instant of a departure: the next one that has it and is not
// cancelled.
func (m *mqtt) timestamp(instance, topic, name, instant string) component {
	return component{
		"p": "sensor", "name": words(instance, name), "dev_cla": "timestamp", "exp_aft": 300, "stat_t": m.cfg.topic(instance, topic),
		"val_tpl": "{{ (value_json.value.next | rejectattr('cancelled', 'defined') | selectattr('" + instant + "', 'defined') | map(attribute='" + instant + "') | first | default(None)) }}",
	}
}

// deviceClasses are Home Assistant's classes of sensors, by their units.
var deviceClasses = map[string]string{
	"°C": "temperature", "%": "humidity", "hPa": "pressure", "lx": "illuminance",
	"ppm": "carbon_dioxide", "V": "voltage", "A": "current", "W": "power",
}

// has tells whether an instance has an action.
func has(i plugins.Described, action string) bool {
	return slices.ContainsFunc(i.Actions, func(a plugins.ActionInfo) bool { return a.Name == action })
}

// words makes a name for people of an instance and a topic or action.
func words(instance, what string) string {
	return strings.NewReplacer("_", " ", "-", " ").Replace(instance + " " + what)
}
