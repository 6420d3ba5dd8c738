package output_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/output"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

const ms = time.Millisecond

// run starts an output on GPIO22 with these options, calls body, and stops the output.
func run(t *testing.T, options string, body func(*plugins.Task, *plugintest.Harness)) *plugintest.Harness {
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		relay := h.Start(task, "relay", "plugin: output\npin: GPIO22\n"+options)
		body(task, h)
		return relay.Stop(task)
	})
	return h
}

// call calls an action and lets the output carry it out.
func call(t *plugins.Task, h *plugintest.Harness, action string) {
	h.T.Helper()
	if err := h.Call("relay." + action); err != nil {
		h.T.Error(err)
	}
	t.Sleep(1)
}

func wantLevel(h *plugintest.Harness, want plugins.Level, when string) {
	h.T.Helper()
	if got := h.Board.Level("GPIO22"); got != want {
		h.T.Errorf("%s: the line is %v, want %v", when, got, want)
	}
}

func TestActionsSwitchTheLine(t *testing.T) {
	for options, high := range map[string]plugins.Level{"": plugins.High, "inverted: true": plugins.Low} {
		h := run(t, options, func(task *plugins.Task, h *plugintest.Harness) {
			state := plugintest.Subscribe[topics.Switch](h, "relay", "state")
			want := func(action string, on bool) {
				t.Helper()
				if action != "" {
					call(task, h, action)
				}
				wantLevel(h, high == plugins.Level(on), action)
				if got, ok := state.Get(); !ok || got.On != on {
					t.Errorf("after %s the state is %+v", action, got)
				}
			}
			task.Sleep(1)
			want("", false)
			want("on", true)
			want("on", true)
			want("toggle", false)
			want("toggle", true)
			want("off", false)
			want("on", true)
		})
		wantLevel(h, !high, "stopped")
	}
}

func TestAnOutputWhoseChipWasRemovedFailsAndIsNotToldToBeOn(t *testing.T) {
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		relay := h.Start(task, "relay", "plugin: output\npin: GPIO22\nat_stop: keep")
		state := plugintest.Subscribe[topics.Switch](h, "relay", "state")
		task.Sleep(1)
		h.Board.LoseChip()
		if err := errors.Join(h.Call("relay.on"), task.Yield(), relay.Stop(task)); !errors.Is(err, syscall.ENODEV) {
			t.Errorf("it ended with %v", err)
		}
		if got, ok := state.Get(); got.On || !ok {
			t.Errorf("its state is %+v", got)
		}
		return nil
	})
}

func TestAPulseEndsAfterItsTime(t *testing.T) {
	run(t, "pulse: 300ms", func(task *plugins.Task, h *plugintest.Harness) {
		call(task, h, "pulse")
		task.Sleep(299 * ms)
		wantLevel(h, plugins.High, "before its end")
		task.Sleep(2 * ms)
		wantLevel(h, plugins.Low, "after its end")

		call(task, h, "pulse")
		task.Sleep(200 * ms)
		call(task, h, "pulse")
		task.Sleep(200 * ms)
		wantLevel(h, plugins.High, "a second pulse during the first")
		task.Sleep(200 * ms)
		wantLevel(h, plugins.Low, "after the second")

		call(task, h, "pulse")
		call(task, h, "on")
		task.Sleep(time.Hour)
		wantLevel(h, plugins.High, "on during a pulse")
		call(task, h, "pulse")
		call(task, h, "off")
		wantLevel(h, plugins.Low, "off during a pulse")
	})
}

func TestAnOutputThatIsKeptGoesOnAtTheNextStart(t *testing.T) {
	for _, c := range []struct {
		action string
		want   plugins.Level
	}{{"on", plugins.High}, {"off", plugins.Low}, {"pulse", plugins.Low}} {
		h := plugintest.New(t)
		h.Run(func(task *plugins.Task) error {
			cfg := output.Config{Pin: "GPIO22", Pulse: time.Second, AtStop: "keep"}
			start := func(i *plugintest.Instance) *plugintest.Instance {
				return i.StartPlugin(task, func(env plugins.Env) (plugins.Plugin, error) { return output.New(env, cfg) })
			}
			first, again := h.Instance("relay", "output"), h.Instance("relay", "output")
			relay := start(first)
			call(task, h, c.action)
			if err := relay.Stop(task); err != nil {
				return err
			}
			again.Storage = first.Storage
			relay = start(again)
			task.Sleep(1)
			wantLevel(h, c.want, "started again after "+c.action)
			return relay.Stop(task)
		})
	}
}
