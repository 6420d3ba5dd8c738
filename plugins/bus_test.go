package plugins_test

import (
	"errors"
	"strings"
	"testing"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

func TestATopicIsRetainedForWhoComesLater(t *testing.T) {
	h := plugintest.New(t)
	reader := plugins.Subscribe[int](h.Env("panel"), plugins.From[int]{Instance: "meter", Topic: "level"})
	if value, ok := reader.Get(); ok {
		t.Errorf("before anything was published there is %v", value)
	}
	plugins.Publish[int](h.Env("meter"), "level").Set(7)
	if value, ok := reader.Get(); value != 7 || !ok {
		t.Errorf("then there is %v, %v", value, ok)
	}
	h.Bus.Forget("meter")
	late := plugins.Subscribe[int](h.Env("panel"), plugins.From[int]{Instance: "meter", Topic: "level"})
	if value, ok := late.Get(); ok {
		t.Errorf("of an instance that is no more there is still %v", value)
	}
}

func TestWhoWaitsForATopicIsWokenByTheNextValue(t *testing.T) {
	h := plugintest.New(t)
	out := plugins.Publish[string](h.Env("a"), "word")
	in := plugins.Subscribe[string](h.Env("b"), plugins.From[string]{Instance: "a", Topic: "word"})
	out.Set("old")
	var got string
	h.Run(func(t *plugins.Task) error {
		reader := t.Go("read", func(t *plugins.Task) error {
			if err := in.Wait(t); err != nil {
				return err
			}
			got, _ = in.Get()
			return nil
		})
		if err := t.Yield(); err != nil {
			return err
		}
		out.Set("new")
		return t.Join(reader)
	})
	if got != "new" {
		t.Errorf("woken with %q", got)
	}
}

func TestAnActionReachesItsInstanceOrSaysWhyNot(t *testing.T) {
	h := plugintest.New(t)
	lamp := h.Env("lamp")
	var heard []string
	lamp.Handle("set", func(arg string) error { heard = append(heard, arg); return nil })
	call := func(name, arg string) error {
		return h.Env("bell").Call(plugins.Action{Instance: "lamp", Name: name, Arg: arg})
	}
	if err := errors.Join(call("set", "40%"), h.Env("bell").Call(plugins.Action{})); err != nil {
		t.Error(err)
	}
	if err := call("jump", ""); err == nil || !strings.Contains(err.Error(), "no such action") {
		t.Errorf("an unknown action was answered with: %v", err)
	}
	h.Bus.Down("lamp", "no such PWM output")
	if err := call("set", "50%"); err == nil || !strings.Contains(err.Error(), "not running: no such PWM output") {
		t.Errorf("an instance that is down answered with: %v", err)
	}
	h.Bus.Up("lamp")
	if err := call("set", "60%"); err != nil {
		t.Error(err)
	}
	if got := strings.Join(heard, " "); got != "40% 60%" {
		t.Errorf("the lamp heard %s", got)
	}
}

func TestAnActionIsReadFromItsWords(t *testing.T) {
	var a plugins.Action
	if err := a.UnmarshalText([]byte(" lamp.set  40% ")); err != nil || a != (plugins.Action{Instance: "lamp", Name: "set", Arg: "40%"}) {
		t.Errorf("read as %+v, %v", a, err)
	}
	for _, text := range []string{"", "next", ".next", "panel.", " ."} {
		if err := a.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken for an action", text)
		}
	}
}

func TestHealthTellsSinceWhen(t *testing.T) {
	var now plugins.Instant
	var changes int
	h := plugins.NewHealth(func() plugins.Instant { return now }, func(*plugins.Health) { changes++ })
	now = 10
	h.Degraded("HTTP %d", 503)
	now = 20
	h.Degraded("no answer")
	h.Degraded("no answer")
	if h.Condition != plugins.Degraded || h.Why != "no answer" || h.Since != 10 || changes != 2 {
		t.Errorf("%+v after %d changes; want degraded since 10, and one more reason", h, changes)
	}
	now = 30
	h.OK()
	if h.Condition != plugins.OK || h.Why != "" || h.Since != 30 {
		t.Errorf("%+v; want ok since 30", h)
	}
}
