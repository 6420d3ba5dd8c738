package plugins_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// The plugin "probe" does nothing by itself; its topics and actions are used by the
// tests.
var (
	reading = plugins.NewTopic[topics.Reading]("reading", "what it measures", plugins.State(2*time.Minute))
	gesture = plugins.NewTopic[string]("gesture", "what somebody does", plugins.Events())
	frame   = plugins.NewTopic[int]("frame", "what it shows", plugins.Stream())

	poke  = plugins.NewAction("poke", "does what a test says")
	other = plugins.NewAction("other", "does what a test says", plugins.Arg("a word", nil))
)

type probe struct{}

func (probe) Start(*plugins.Task) error { return nil }
func (probe) Stop(*plugins.Task) error  { return nil }

func init() {
	plugins.Register(plugins.Spec[struct{}]{
		Name: "probe", Doc: "does nothing by itself",
		Topics:  plugins.Topics(reading, gesture, frame),
		Actions: plugins.Actions(poke, other),
		New:     func(plugins.Env, struct{}) (plugins.Plugin, error) { return probe{}, nil },
	})
}

func TestAStateIsRetainedUntilItSaysNothingAnyMore(t *testing.T) {
	h := plugintest.New(t)
	env := h.Instance("porch", "probe").Env()
	h.Run(func(task *plugins.Task) error {
		early := plugintest.Subscribe[topics.Reading](h, "porch", "reading")
		if value, ok := early.Get(); ok {
			t.Errorf("before anything was published there is %v", value)
		}
		want := topics.Reading{Value: 21.4, Unit: "°C"}
		reading.Set(env, want)
		late := plugintest.Subscribe[topics.Reading](h, "porch", "reading")
		for _, s := range []*plugins.Subscription[topics.Reading]{early, late} {
			if value, ok := s.Get(); value != want || !ok {
				t.Errorf("there is %v, %v", value, ok)
			}
		}
		task.Sleep(2 * time.Minute)
		if _, ok := late.Get(); !ok {
			t.Error("after two minutes it says nothing")
		}
		task.Sleep(time.Second)
		if value, ok := late.Get(); ok {
			t.Errorf("a second later it still says %v", value)
		}
		if value, ok := late.Last(); value != want || !ok {
			t.Errorf("the last value is %v, %v", value, ok)
		}
		h.Bus.Forget("porch")
		if value, ok := plugintest.Subscribe[topics.Reading](h, "porch", "reading").Last(); ok {
			t.Errorf("an instance that was removed still says %v", value)
		}
		return nil
	})
}

func TestEventsAreNotRetainedAndReachAReaderOneByOne(t *testing.T) {
	h := plugintest.New(t)
	env := h.Instance("bell", "probe").Env()
	h.Run(func(task *plugins.Task) error {
		gesture.Set(env, "missed")
		s := plugintest.Subscribe[string](h, "bell", "gesture")
		if value, ok := s.Get(); ok {
			t.Errorf("an event is retained: %q", value)
		}
		for i := range 20 {
			gesture.Set(env, fmt.Sprint(i))
		}
		var got []string
		for range 16 {
			value, err := s.Next(task)
			if err != nil {
				return err
			}
			got = append(got, value)
		}
		if want := strings.Fields("4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"); !slices.Equal(got, want) {
			t.Errorf("the reader got %v, want the latest 16: %v", got, want)
		}
		return nil
	})
}

func TestNextWaitsForTheNextValue(t *testing.T) {
	h := plugintest.New(t)
	env := h.Instance("porch", "probe").Env()
	reading.Set(env, topics.Reading{Value: 1})
	h.Run(func(task *plugins.Task) error {
		s := plugintest.Subscribe[topics.Reading](h, "porch", "reading")
		var got topics.Reading
		reader := task.Go("read", func(task *plugins.Task) (err error) {
			got, err = s.Next(task)
			return err
		})
		if err := task.Yield(); err != nil {
			return err
		}
		reading.Set(env, topics.Reading{Value: 2})
		if err := task.Join(reader); err != nil {
			return err
		}
		if got.Value != 2 {
			t.Errorf("Next returned %v", got)
		}
		return nil
	})
}

func TestWatchReadsEveryStateAndEventButNoStream(t *testing.T) {
	h := plugintest.New(t)
	env := h.Instance("porch", "probe").Env()
	h.Run(func(task *plugins.Task) error {
		reading.Set(env, topics.Reading{Value: 21.4, Unit: "°C"})
		gesture.Set(env, "before")
		watch := plugins.WatchAll(h.Instance("bridge", "probe").Env())
		task.Sleep(4 * time.Second)
		gesture.Set(env, "click")
		frame.Set(env, 1)
		for _, want := range []string{
			`{"instance":"porch","topic":"reading","type":"reading","class":"state","age_s":4,"max_age_s":120,"value":{"value":21.4,"unit":"°C"}}`,
			`{"instance":"porch","topic":"gesture","class":"event","age_s":0,"value":"click"}`,
		} {
			envelope, err := watch.Next(task)
			if err != nil {
				return err
			}
			if got, err := json.Marshal(envelope); string(got) != want || err != nil {
				t.Errorf("got  %s\nwant %s (%v)", got, want, err)
			}
		}
		return nil
	})
}

func mustPanic(t *testing.T, want string, do func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), want) {
			t.Errorf("panic %v, want one with %q", p, want)
		}
	}()
	do()
}

func TestWatchLetsTopicsTakeTurnsAndTellsHowOldEachEventIs(t *testing.T) {
	h := plugintest.New(t)
	env := h.Instance("porch", "probe").Env()
	h.Run(func(task *plugins.Task) error {
		watch := plugins.WatchAll(h.Instance("bridge", "probe").Env())
		for range 2 {
			gesture.Set(env, "click")
			task.Sleep(time.Minute)
		}
		var got []string
		for range 3 {
			reading.Set(env, topics.Reading{Value: 2})
			envelope, err := watch.Next(task)
			if err != nil {
				return err
			}
			got = append(got, fmt.Sprint(envelope.Topic, envelope.Age))
		}
		if want := []string{"reading0", "gesture120", "reading0"}; !slices.Equal(got, want) {
			t.Errorf("it reads %v, want %v", got, want)
		}
		if envelope, err := watch.Next(task); envelope.Topic != "gesture" || envelope.Age != 60 || err != nil {
			t.Errorf("then %+v, %v", envelope, err)
		}
		return nil
	})
}

func TestWatchBeginsWithTheStatesThatHold(t *testing.T) {
	h := plugintest.New(t)
	env := h.Instance("porch", "probe").Env()
	h.Run(func(task *plugins.Task) error {
		reading.Set(env, topics.Reading{Value: 1})
		task.Sleep(3 * time.Minute)
		watch := plugins.WatchAll(h.Instance("bridge", "probe").Env())
		gesture.Set(env, "click")
		if envelope, err := watch.Next(task); envelope.Topic != "gesture" || err != nil {
			t.Errorf("it begins with %+v, %v", envelope, err)
		}
		return nil
	})
}

func TestAHandleThatTheSpecDoesNotListPanicsAndNamesBoth(t *testing.T) {
	h := plugintest.New(t)
	env := h.Instance("porch", "probe").Env()
	mustPanic(t, `porch (probe) publishes topic "readign" of topics.Reading; its Spec lists "reading" of topics.Reading, "gesture" of string, "frame" of int`, func() {
		plugins.NewTopic[topics.Reading]("readign", "misspelled", plugins.State(0)).Set(env, topics.Reading{})
	})
	mustPanic(t, `publishes topic "reading" of string; its Spec lists "reading" of topics.Reading`, func() {
		plugins.NewTopic[string]("reading", "of another type", plugins.State(0)).Set(env, "21.4")
	})
	mustPanic(t, `porch (probe) handles action "pok"; its Spec lists "poke", "other"`, func() {
		plugins.NewAction("pok", "misspelled").Handle(env, func(string) error { return nil })
	})
}

func TestAnActionReachesItsInstanceOrTheErrorSaysWhyNot(t *testing.T) {
	h := plugintest.New(t)
	env := h.Instance("lamp", "probe").Env()
	var got []string
	handle := func() { other.Handle(env, func(arg string) error { got = append(got, arg); return nil }) }
	handle()
	if err := h.Call("lamp.other 40%"); err != nil {
		t.Error(err)
	}
	if err := env.Call(plugins.ActionRef{}); err != nil {
		t.Errorf("no action: %v", err)
	}
	for _, step := range []struct {
		before func()
		call   string
		want   string
	}{
		{func() {}, "lamp.jump", "lamp.jump: no such action; there is other"},
		{func() {}, "lump.jump", "lump.jump: no such instance; there is lamp"},
		{func() { h.Bus.Down("lamp", "no such PWM output") }, "lamp.other 50%", "lamp.other: lamp is not running: no such PWM output"},
		{func() { h.Bus.Down("lamp", strings.Repeat("x", 1000)) }, "lamp.other 50%", "lamp.other: lamp is not running: " + strings.Repeat("x", 200)},
		{func() { h.Bus.Up("lamp") }, "lamp.other 50%", "lamp.other: no such action; there is none"}, // the next run has not handled it
	} {
		step.before()
		if err := h.Call(step.call); err == nil || err.Error() != step.want {
			t.Errorf("%s: %v, want %s", step.call, err, step.want)
		}
	}
	handle()
	if err := h.Call("lamp.other 60%"); err != nil {
		t.Error(err)
	}
	if got := strings.Join(got, " "); got != "40% 60%" {
		t.Errorf("the lamp got %s", got)
	}
}

func TestActionsThatCallEachOtherInARingAreRefusedWithItsNames(t *testing.T) {
	h := plugintest.New(t)
	a, b := h.Instance("a", "probe").Env(), h.Instance("b", "probe").Env()
	calls := 0
	poke.Handle(a, func(string) error { calls++; return a.Call(plugins.ActionRef{Instance: "b", Name: "poke"}) })
	poke.Handle(b, func(string) error { calls++; return b.Call(plugins.ActionRef{Instance: "a", Name: "poke"}) })
	for range 2 { // the refusal leaves nothing behind
		err := h.Call("a.poke")
		if want := "actions call each other in a ring: a.poke -> b.poke -> a.poke"; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if calls != 4 {
		t.Errorf("%d calls, want two for each attempt", calls)
	}
}

func TestAnActionIsReadFromItsText(t *testing.T) {
	var a plugins.ActionRef
	if err := a.UnmarshalText([]byte(" lamp.set  40% ")); err != nil || a != (plugins.ActionRef{Instance: "lamp", Name: "set", Arg: "40%"}) {
		t.Errorf("read as %+v, %v", a, err)
	}
	for _, text := range []string{"", "next", ".next", "panel.", " ."} {
		if err := a.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was accepted as an action", text)
		}
	}
}

func TestAnInstanceIsCheckedAndStartedFromYAML(t *testing.T) {
	if err := plugintest.Check("probe", "wrong: 1"); err == nil || !strings.Contains(err.Error(), "wrong") {
		t.Errorf("Check returned %v", err)
	}
	if err := plugintest.Check("probe", "on_error: fail"); err != nil {
		t.Error(err)
	}
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		return h.Start(task, "porch", "{plugin: probe}").Stop(task)
	})
}
