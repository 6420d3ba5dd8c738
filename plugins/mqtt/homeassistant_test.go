package mqtt_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"ptvd/plugins"
	_ "ptvd/plugins/button"
	_ "ptvd/plugins/display"
	_ "ptvd/plugins/fade"
	"ptvd/plugins/mqtt"
	_ "ptvd/plugins/output"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// discovery is what Home Assistant reads, and the rules that it has for it.
type discovery struct {
	Dev struct {
		Ids []string
		Cu  string
	}
	O    struct{ Name string }
	Avty string                    `json:"avty_t"`
	Cmps map[string]map[string]any `json:"cmps"`
}

var identifier = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

func readDiscovery(t *testing.T, p *paho.Publish) (d discovery) {
	t.Helper()
	if err := json.Unmarshal(p.Payload, &d); err != nil {
		t.Fatalf("%s: %v", p.Payload, err)
	}
	if len(d.Dev.Ids) != 1 || !identifier.MatchString(d.Dev.Ids[0]) || d.O.Name == "" || d.Avty != "ptvd/hall/status" || !p.Retain {
		t.Errorf("the device is %s", p.Payload)
	}
	if page, err := url.Parse(d.Dev.Cu); d.Dev.Cu != "" && (err != nil || page.Scheme != "http" || page.Host == "" || page.User != nil) {
		t.Errorf("the configuration URL is %q", d.Dev.Cu)
	}
	unique := map[any]bool{}
	for key, c := range d.Cmps {
		if len(c) == 1 { // removes a component
			continue
		}
		name, _ := c["name"].(string)
		if !identifier.MatchString(key) || name == "" || strings.ContainsAny(name, "/_.") {
			t.Errorf("component %s is named %q", key, name)
		}
		if id, _ := c["uniq_id"].(string); !identifier.MatchString(id) || unique[id] {
			t.Errorf("component %s has the unique identifier %q", key, id)
		}
		unique[c["uniq_id"]] = true
		required := map[any][]string{
			"light": {"stat_t", "cmd_t", "schema", "bri_scl", "sup_clrm"}, "switch": {"stat_t", "cmd_t", "pl_on", "pl_off", "stat_on"}, "event": {"stat_t", "evt_typ"},
			"select": {"stat_t", "cmd_t", "ops", "val_tpl"}, "notify": {"cmd_t"}, "sensor": {"stat_t"}, "binary_sensor": {"stat_t"}, "button": {"cmd_t"},
		}[c["p"]]
		for _, option := range required {
			if c[option] == nil {
				t.Errorf("component %s (%v) lacks %s", key, c["p"], option)
			}
		}
		if required == nil || c["object_id"] != nil || c["avty_t"] != nil || c["dev_cla"] == "timestamp" && c["exp_aft"] != 300.0 {
			t.Errorf("component %s is %v", key, c)
		}
	}
	return d
}

// platforms lists what a discovery message has, "lamp_level light".
func (d discovery) platforms() (all []string) {
	for _, key := range slices.Sorted(maps.Keys(d.Cmps)) {
		all = append(all, fmt.Sprint(key, " ", d.Cmps[key]["p"]))
	}
	return all
}

const device = "homeassistant/device/ptvd-hall/config"

func TestHomeAssistantFindsWhatTheBoardHasByItsTopicsAndActions(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	measure := plugintest.Publish(h, "porch", reading)
	plugintest.Publish(h, "trains", plugins.NewTopic[topics.Departures]("departures", "what leaves", plugins.State(0)))
	h.Handle("gate", "open", func(string) error { return nil })
	h.Run(func(task *plugins.Task) error {
		h.Start(task, "lamp", "{plugin: fade, output: GPIO18}")
		h.Start(task, "bell", "{plugin: button, pin: GPIO17, on_click: lamp.toggle}")
		o := b.observe(task)
		home := start(task, h, b, "home_assistant: true", "commands: [gate.open]")
		var d discovery
		for len(d.Cmps) == 0 || d.Cmps["lamp_level"]["p"] != "light" {
			d = readDiscovery(t, o.next(device))
		}
		want := []string{
			"bell_gesture event", "bell_health binary_sensor", "bell_pressed binary_sensor",
			"gate_health binary_sensor", "gate_open button", "home_health binary_sensor",
			"lamp_health binary_sensor", "lamp_level light", "porch_health binary_sensor", "porch_reading sensor",
			"trains_departures sensor", "trains_health binary_sensor", "trains_leave_by sensor",
		}
		if got := d.platforms(); !slices.Equal(got, want) {
			t.Errorf("it finds\n%v, want\n%v", got, want)
		}
		measure(topics.Reading{Value: 21.4, Unit: "°C"})
		if c := readDiscovery(t, o.next(device)).Cmps["porch_reading"]; c["unit_of_meas"] != "°C" || c["dev_cla"] != "temperature" {
			t.Errorf("once there is a reading it is %v", c)
		}
		return home.Stop(task)
	})
}

func TestHomeAssistantHasALinkToAPageThatOthersCanReach(t *testing.T) {
	b := startBroker(t)
	for listen, want := range map[string]string{"": "", "127.0.0.1:8337": "", "0.0.0.0:8337": "", "192.0.2.7:8337": "http://192.0.2.7:8337/"} {
		h := newBoard(t)
		h.Net.Page = listen
		h.Run(func(task *plugins.Task) error {
			o := b.observe(task)
			home := start(task, h, b, "home_assistant: true")
			for string(o.next("ptvd/hall/status").Payload) != "online" { // after what was retained
			}
			if d := readDiscovery(t, o.next(device)); d.Dev.Cu != want {
				t.Errorf("of a page on %q, reached from this machine, the link is %q", listen, d.Dev.Cu)
			}
			return home.Stop(task)
		})
	}
	for _, c := range []struct{ listen, local, want string }{
		{"0.0.0.0:8337", "192.0.2.7:50000", "http://192.0.2.7:8337/"},
		{":8337", "[2001:db8::7]:50000", "http://[2001:db8::7]:8337/"},
		{"[::]:80", "[::ffff:192.0.2.7]:50000", "http://192.0.2.7:80/"},
		{"[::]:80", "[fe80::1%eth0]:50000", ""},
		{"localhost:8337", "192.0.2.7:50000", ""},
		{"[::1]:8337", "192.0.2.7:50000", ""},
		{"0.0.0.0:8337", "pipe", ""},
	} {
		if got := mqtt.PageURL(c.listen, c.local); got != c.want {
			t.Errorf("a page on %s, with a connection from %s, is at %q, want %q", c.listen, c.local, got, c.want)
		}
	}
}

func TestHomeAssistantIsToldAgainWhenItStarts(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		home := start(task, h, b, "home_assistant: true")
		first := o.next(device)
		o.command("homeassistant/status", "offline")
		o.command("homeassistant/status", "online")
		if again := o.next(device); string(again.Payload) != string(first.Payload) {
			t.Errorf("first %s, then %s", first.Payload, again.Payload)
		}
		return home.Stop(task)
	})
}

func TestAComponentIsRemovedWithItsInstance(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	measure := plugintest.Publish(h, "porch", reading)
	h.Run(func(task *plugins.Task) error {
		measure(topics.Reading{Value: 1})
		o := b.observe(task)
		home := start(task, h, b, "home_assistant: true")
		o.next("ptvd/hall/porch/reading")
		h.Bus.Forget("porch")
		for {
			d := readDiscovery(t, o.next(device))
			if c := d.Cmps["porch_reading"]; len(c) == 1 {
				if c["p"] != "sensor" {
					t.Errorf("it is removed by %v", c)
				}
				return home.Stop(task)
			}
		}
	})
}

func TestHomeAssistantDimsALamp(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	measure := plugintest.Publish(h, "porch", reading)
	h.Run(func(task *plugins.Task) error {
		h.Start(task, "lamp", "{plugin: fade, output: GPIO18, duration: 0s}")
		measure(topics.Reading{Value: 1})
		o := b.observe(task)
		home := start(task, h, b, "home_assistant: true")
		const lamp = "ptvd/hall/homeassistant/lamp/level"
		if p := o.next(lamp); string(p.Payload) != `{"state":"OFF","color_mode":"brightness"}` || !p.Retain {
			t.Errorf("at first the lamp is %s", p.Payload)
		}
		for _, c := range []struct{ command, want string }{
			{`{"state":"ON","brightness":40}`, `{"state":"ON","brightness":40,"color_mode":"brightness"}`},
			{`{"state":"OFF"}`, `{"state":"OFF","color_mode":"brightness"}`},
			{`{"state":"ON"}`, `{"state":"ON","brightness":40,"color_mode":"brightness"}`},
		} {
			o.command(lamp+"/set", c.command)
			for done, answered := false, false; !done || !answered; {
				p := o.any()
				done = done || p.Topic == lamp && string(p.Payload) == c.want
				answered = answered || p.Topic == lamp+"/set/result"
			}
		}
		for topic, wrong := range map[string]string{
			lamp + "/set": `{"state":"BLUE"}`, "ptvd/hall/homeassistant/porch/reading/set": `{"state":"ON"}`,
		} {
			o.command(topic, wrong)
			if p := o.next(topic + "/result"); !strings.Contains(string(p.Payload), `"ok":false`) {
				t.Errorf("%s is answered by %s", wrong, p.Payload)
			}
		}
		return home.Stop(task)
	})
}

func TestHomeAssistantSwitchesAnOutput(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	h.Run(func(task *plugins.Task) error {
		h.Start(task, "pump", "{plugin: output, pin: GPIO22}")
		o := b.observe(task)
		home := start(task, h, b, "home_assistant: true")
		c := readDiscovery(t, o.next(device)).Cmps["pump_state"]
		state, on := "ptvd/hall/pump/state", fmt.Sprint(c["pl_on"])
		if c["p"] != "switch" || c["stat_t"] != state {
			t.Errorf("it finds %v", c)
		}
		o.next(state)
		o.command(fmt.Sprint(c["cmd_t"]), on)
		if p := o.next(state); value(t, p) != `{"on":true}` {
			t.Errorf("then it is %s", p.Payload)
		}
		return home.Stop(task)
	})
}

func TestWithoutHomeAssistantNothingIsPublishedForIt(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		plugintest.Publish(h, "panel", frame)
		plugintest.Publish(h, "porch", reading)
		h.Handle("lamp", "on", func(string) error { return nil })
		home := h.Start(task, "home", toFake)
		task.Sleep(time.Minute)
		for _, p := range b.published() {
			if strings.Contains(p.Topic, "homeassistant") {
				t.Errorf("%s is published", p.Topic)
			}
		}
		return home.Stop(task)
	})
}
