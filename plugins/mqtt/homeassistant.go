package mqtt

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/netip"
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

// announcer publishes the discovery message, and again when it has changed.
type announcer struct {
	m      *mqtt
	page   string               // the URL of the board's web page; empty: others cannot reach it
	values map[string]any       // that were published, by topic
	known  map[string]component // that Home Assistant has been told of
}

// newAnnouncer returns one that knows of the components of earlier sessions.
func newAnnouncer(m *mqtt, page string) *announcer {
	a := &announcer{m: m, page: page, values: map[string]any{}, known: map[string]component{}}
	for name, platform := range m.left.Components {
		a.known[name] = component{"p": platform}
	}
	return a
}

// platforms returns the platform of each component that Home Assistant knows.
func (a *announcer) platforms() map[string]string {
	all := map[string]string{}
	for name, c := range a.known {
		all[name] = c["p"].(string)
	}
	return all
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

// id is the board's name in identifiers: letters, digits, _ and - alone.
func (m *mqtt) id() string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return r
		}
		return '-'
	}, m.cfg.Prefix)
}

func (m *mqtt) discoveryTopic() string { return "homeassistant/device/" + m.id() + "/config" }

// announce publishes the device if anything about it is new.
func (a *announcer) announce(t *plugins.Task) error {
	components := a.components()
	if fmt.Sprint(components) == fmt.Sprint(a.known) {
		return nil
	}
	told := maps.Clone(components)
	for name, c := range a.known {
		if told[name] == nil { // an entry with nothing but its platform removes a component
			told[name] = component{"p": c["p"]}
		}
	}
	host := a.m.cfg.Prefix[strings.LastIndexByte(a.m.cfg.Prefix, '/')+1:]
	about := component{"ids": []string{a.m.id()}, "name": host, "mf": "ptvd", "mdl": "ptvd", "sw": a.m.env.Net.Agent}
	if a.page != "" {
		about["cu"] = a.page
	}
	payload, err := json.Marshal(component{
		"dev": about, "o": component{"name": "ptvd", "sw": a.m.env.Net.Agent}, "avty_t": a.m.statusTopic(), "cmps": told,
	})
	if err != nil {
		return err
	}
	a.known = components
	if err := a.m.tidy(t); err != nil {
		return err
	}
	return a.m.conn.send(t, message{topic: a.m.discoveryTopic(), payload: payload, retain: true})
}

// follow publishes what Home Assistant must know of a value beside the value itself.
func (a *announcer) follow(t *plugins.Task, e plugins.Envelope) error {
	topic := e.Instance + "." + e.Topic
	before, seen := a.values[topic]
	if a.values[topic] = e.Value; e.Removed {
		delete(a.values, topic)
	}
	changed := !seen || e.Removed
	switch value := e.Value.(type) {
	case topics.Reading: // only its value tells the unit
		was, _ := before.(topics.Reading)
		changed = changed || was.Unit != value.Unit
	case topics.Choice: // only its value tells the options
		was, _ := before.(topics.Choice)
		changed = changed || !slices.Equal(was.Options, value.Options)
	case topics.Level:
		if err := a.sendLight(t, e, lightState(value.Goal > 0, value.Goal)); err != nil {
			return err
		}
	case topics.Light:
		if err := a.sendLight(t, e, lightState(value.On, value.Brightness)); err != nil {
			return err
		}
	}
	if !changed {
		return nil
	}
	return a.announce(t)
}

// again publishes the device when Home Assistant has started.
func (a *announcer) again(t *plugins.Task, birth message) error {
	if string(birth.payload) != "online" {
		return nil
	}
	a.known = nil
	return a.announce(t)
}

// components describes what the board has. Its keys, and the unique identifiers made
// of them, stay the same as long as the configuration names instances alike.
func (a *announcer) components() map[string]component {
	all := map[string]component{}
	for _, i := range plugins.Instances(a.m.env) {
		var has []string // the actions of its light or switch
		for _, t := range i.Topics {
			if !a.m.isPublished(i.Instance, t.Name) {
				continue
			}
			c := a.component(i, t)
			if c == nil {
				continue
			}
			if c["p"] == "light" || c["p"] == "switch" {
				has = append(has, lightActions[t.Type].on, lightActions[t.Type].off)
			}
			a.add(all, i.Instance, t.Name, c)
			if t.Type == "departures" {
				a.add(all, i.Instance, "leave_by", a.timestamp(i.Instance, t.Name, "leave_by", "leave_by"))
			}
		}
		for _, action := range i.Actions {
			command := plugins.ActionName{Instance: i.Instance, Name: action.Name}
			if action.Arg == "" && !slices.Contains(has, action.Name) && slices.Contains(a.m.cfg.Commands, command) {
				a.add(all, i.Instance, action.Name, component{"p": "button", "name": words(i.Instance, action.Name), "cmd_t": a.m.commandTopic(command), "pl_prs": ""})
			}
		}
	}
	return all
}

func (a *announcer) add(all map[string]component, instance, what string, c component) {
	key := instance + "_" + what
	c["uniq_id"] = a.m.id() + "_" + key
	all[key] = c
}

// component returns what a topic is in Home Assistant, nil for one without a form.
func (a *announcer) component(i plugins.Described, t plugins.TopicInfo) component {
	topic := a.m.valueTopic(i.Instance, t.Name)
	c := component{"name": words(i.Instance, t.Name), "stat_t": topic}
	actions := lightActions[t.Type]
	switch t.Type {
	case "level", "light":
		if !has(i, actions.on, actions.off, actions.set) {
			if t.Type == "light" {
				return nil
			}
			c["p"], c["unit_of_meas"], c["val_tpl"] = "sensor", "%", "{{ (value_json.value.goal * 100) | round }}"
			break
		}
		own := a.m.cfg.lightTopic(i.Instance, t.Name)
		c["p"], c["schema"], c["stat_t"], c["cmd_t"] = "light", "json", own, own+"/set"
		c["bri_scl"], c["sup_clrm"] = 100, []string{"brightness"}
	case "switch":
		if !has(i, actions.on, actions.off) {
			c["p"], c["val_tpl"] = "binary_sensor", "{{ 'ON' if value_json.value.on else 'OFF' }}"
			break
		}
		c["p"], c["cmd_t"] = "switch", a.m.cfg.lightTopic(i.Instance, t.Name)+"/set"
		c["pl_on"], c["pl_off"] = `{"state":"ON"}`, `{"state":"OFF"}`
		c["val_tpl"], c["stat_on"], c["stat_off"] = "{{ value_json.value.on }}", "True", "False"
	case "gesture":
		c["p"], c["val_tpl"] = "event", `{{ {"event_type": value_json.value} | tojson }}`
		c["evt_typ"] = topics.Gestures
	case "press":
		c["p"], c["val_tpl"] = "binary_sensor", "{{ 'ON' if value_json.value.down else 'OFF' }}"
	case "reading":
		c["p"], c["val_tpl"] = "sensor", "{{ value_json.value.value }}"
		reading, _ := a.values[i.Instance+"."+t.Name].(topics.Reading)
		if reading.Unit != "" {
			c["unit_of_meas"], c["stat_cla"] = reading.Unit, "measurement"
		}
		if class := deviceClasses[reading.Unit]; class != "" {
			c["dev_cla"] = class
		}
	case "departures":
		c = a.timestamp(i.Instance, t.Name, t.Name, "leaves")
		c["json_attr_t"], c["json_attr_tpl"] = topic, "{{ value_json.value | tojson }}"
	case "text":
		c["p"], c["val_tpl"] = "sensor", "{{ value_json.value[:255] }}" // the longest state there is
	case "choice":
		choice, _ := a.values[i.Instance+"."+t.Name].(topics.Choice)
		if len(choice.Options) == 0 || !has(i, t.Name) {
			return nil
		}
		c["p"], c["ops"], c["val_tpl"] = "select", choice.Options, "{{ value_json.value.choice or None }}"
		c["cmd_t"] = a.m.commandTopic(plugins.ActionName{Instance: i.Instance, Name: t.Name})
	case "messages":
		if !has(i, "show") {
			return nil
		}
		c = component{"name": words(i.Instance, "message"), "p": "notify", "cmd_t": a.m.commandTopic(plugins.ActionName{Instance: i.Instance, Name: "show"})}
	case "health":
		c["p"], c["dev_cla"], c["ent_cat"] = "binary_sensor", "problem", "diagnostic"
		c["val_tpl"] = "{{ 'OFF' if value_json.value.condition == 'ok' else 'ON' }}"
		c["json_attr_t"], c["json_attr_tpl"] = topic, "{{ value_json.value | tojson }}"
	default:
		return nil
	}
	return c
}

// timestamp is a sensor for an instant of the next of the departures that is not cancelled,
// and has it.
func (a *announcer) timestamp(instance, topic, name, instant string) component {
	return component{
		"p": "sensor", "name": words(instance, name), "dev_cla": "timestamp", "exp_aft": 300, "stat_t": a.m.valueTopic(instance, topic),
		"val_tpl": "{{ (value_json.value.next | rejectattr('cancelled', 'defined') | selectattr('" + instant + "', 'defined') | map(attribute='" + instant + "') | first | default(None)) }}",
	}
}

// deviceClasses are Home Assistant's words for what has a unit.
var deviceClasses = map[string]string{
	"°C": "temperature", "%": "humidity", "hPa": "pressure", "lx": "illuminance",
	"ppm": "carbon_dioxide", "V": "voltage", "A": "current", "W": "power",
}

// has tells whether an instance has all of some actions.
func has(i plugins.Described, actions ...string) bool {
	return !slices.ContainsFunc(actions, func(action string) bool {
		return !slices.ContainsFunc(i.Actions, func(a plugins.ActionInfo) bool { return a.Name == action })
	})
}

// words makes a name for people of an instance and a topic or action.
func words(instance, what string) string {
	return strings.ReplaceAll(strings.ReplaceAll(instance+" "+what, "_", " "), "-", " ")
}
