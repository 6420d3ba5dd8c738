package mqtt_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

const aPanel = "{plugin: display, device: {none: {width: 32, height: 8}}, pages: [clock, {message: Hello}]}"

// found returns the discovery message from which on there is a component.
func found(t *testing.T, o *observer, component string) discovery {
	t.Helper()
	for {
		if d := readDiscovery(t, o.next(device)); len(d.Cmps[component]) > 1 {
			return d
		}
	}
}

func TestHomeAssistantHasThePanelAsALightASelectAndANotifier(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	h.Run(func(task *plugins.Task) error {
		h.Start(task, "panel", aPanel)
		o := b.observe(task)
		home := start(task, h, b, "home_assistant: true")
		d := found(t, o, "panel_page")
		page, light, message := d.Cmps["panel_page"], d.Cmps["panel_light"], d.Cmps["panel_messages"]
		if page["p"] != "select" || !reflect.DeepEqual(page["ops"], []any{"clock", "message"}) || page["stat_t"] != "ptvd/hall/panel/page" || light["p"] != "light" || message["p"] != "notify" {
			t.Errorf("it finds %v, %v, %v", page, light, message)
		}

		shows := func(want string) {
			t.Helper()
			for p := o.next("ptvd/hall/panel/text"); value(t, p) != want; p = o.next("ptvd/hall/panel/text") {
			}
		}
		o.command(fmt.Sprint(page["cmd_t"]), "message")
		shows(`"Hello"`)
		for p := o.next("ptvd/hall/panel/page"); value(t, p) != `{"choice":"message","options":["clock","message"]}`; p = o.next("ptvd/hall/panel/page") {
		}
		o.command(fmt.Sprint(message["cmd_t"]), "Dinner is ready")
		shows(`"Dinner is ready"`)

		for _, c := range []struct{ command, want string }{
			{`{"state":"OFF"}`, `{"state":"OFF","color_mode":"brightness"}`},
			{`{"state":"ON","brightness":20}`, `{"state":"ON","brightness":20,"color_mode":"brightness"}`},
			{`{"state":"ON","brightness":50}`, `{"state":"ON","brightness":50,"color_mode":"brightness"}`},
		} {
			o.command(fmt.Sprint(light["cmd_t"]), c.command)
			for p := o.next(fmt.Sprint(light["stat_t"])); string(p.Payload) != c.want; p = o.next(fmt.Sprint(light["stat_t"])) {
			}
		}
		o.command("ptvd/hall/cmd/panel/next", "")
		if p := o.next("ptvd/hall/cmd/panel/next/result"); !strings.Contains(string(p.Payload), "panel.next is not among the commands of the configuration; there is panel.show, panel.page") {
			t.Errorf("a command that no component needs is answered by %s", p.Payload)
		}
		return home.Stop(task)
	})
}

func TestOtherPluginsHaveTheSameComponents(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	choose := plugintest.Publish(h, "heating", plugins.NewTopic[topics.Choice]("program", "what it does", plugins.State(0)))
	h.Handle("heating", "program", func(string) error { return nil })
	plugintest.Publish(h, "sign", plugins.NewTopic[topics.Messages]("messages", "what it shows", plugins.State(0)))
	h.Handle("sign", "show", func(string) error { return nil })
	plugintest.Publish(h, "dial", plugins.NewTopic[topics.Choice]("position", "cannot be changed", plugins.State(0)))
	h.Run(func(task *plugins.Task) error {
		choose(topics.Choice{Choice: "eco", Options: []string{"off", "eco"}})
		o := b.observe(task)
		home := start(task, h, b, "home_assistant: true")
		d := found(t, o, "heating_program")
		if d.Cmps["heating_program"]["cmd_t"] != "ptvd/hall/cmd/heating/program" || d.Cmps["sign_messages"]["cmd_t"] != "ptvd/hall/cmd/sign/show" || d.Cmps["dial_position"] != nil {
			t.Errorf("it finds %v", d.Cmps)
		}
		choose(topics.Choice{Choice: "eco", Options: []string{"off", "eco", "on"}})
		for ops := any(nil); !reflect.DeepEqual(ops, []any{"off", "eco", "on"}); {
			ops = readDiscovery(t, o.next(device)).Cmps["heating_program"]["ops"]
		}
		return home.Stop(task)
	})
}

func TestMessagesAndPagesComeInTheShapesOfAWTRIX(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	h.Run(func(task *plugins.Task) error {
		h.Start(task, "panel", aPanel)
		o := b.observe(task)
		home := start(task, h, b, "commands: [panel.show, panel.push, panel.remove]")
		o.next("ptvd/hall/status")
		for _, c := range []struct{ topic, payload, want string }{
			{"notify", `{"text": "Dinner", "name": "dinner", "hold": true}`, `{"ok":true}`},
			{"notify", "Bye", `{"ok":true}`},
			{"notify", `{"text": "Dinner", "icon": 5}`, `{"ok":false,"error":"panel.show: unknown key icon; there are text, name, priority, durationMs, repeat, hold, stack, wakeup and lifetimeMs"}`},
			{"apps/pushed/bins", `{"text": "Bins out"}`, `{"ok":true}`},
			{"apps/pushed/tea", "Tea", `{"ok":true}`},
			{"apps/pushed/tea", "", `{"ok":true}`},
		} {
			o.command("ptvd/hall/cmd/"+c.topic, c.payload)
			if p := o.next("ptvd/hall/cmd/" + c.topic + "/result"); string(p.Payload) != c.want {
				t.Errorf("%s %s is answered by %s", c.topic, c.payload, p.Payload)
			}
		}
		late := b.observe(task) // gets what is retained
		var has struct {
			Up             struct{ Name, Text string }
			Waiting, Pages []struct{ Name, Text string }
		}
		for has.Up.Name != "dinner" || len(has.Waiting) != 1 || len(has.Pages) != 1 || has.Pages[0].Name != "bins" {
			has.Waiting, has.Pages = nil, nil
			if err := json.Unmarshal([]byte(value(t, late.next("ptvd/hall/panel/messages"))), &has); err != nil {
				return err
			}
		}
		return home.Stop(task)
	})
}

func TestAMessageIsRefusedThatTheConfigurationDoesNotAllow(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		home := start(task, h, b)
		o.next("ptvd/hall/status")
		o.command("ptvd/hall/cmd/notify", "Dinner")
		if p := o.next("ptvd/hall/cmd/notify/result"); string(p.Payload) != `{"ok":false,"error":"no instance takes messages; configure a display"}` {
			t.Errorf("without a panel: %s", p.Payload)
		}
		h.Start(task, "panel", aPanel)
		o.command("ptvd/hall/cmd/notify", "Dinner")
		if p := o.next("ptvd/hall/cmd/notify/result"); string(p.Payload) != `{"ok":false,"error":"panel.show is not among the commands of the configuration; there is none"}` {
			t.Errorf("it is answered by %s", p.Payload)
		}
		return home.Stop(task)
	})
}
