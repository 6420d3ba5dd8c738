package button_test

import (
	"slices"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// A press by an action leads to the same gestures at the same times as one of the line.
func TestAPressByActionLeadsToTheSameGestures(t *testing.T) {
	for name, test := range map[string]struct {
		presses [][2]time.Duration // from, to
		want    []string
	}{
		"a click":        {[][2]time.Duration{{0, 100 * ms}}, []string{"press", "release", "click"}},
		"a double click": {[][2]time.Duration{{0, 100 * ms}, {200 * ms, 300 * ms}}, []string{"press", "release", "press", "double", "release"}},
		"a long press":   {[][2]time.Duration{{0, 1500 * ms}}, []string{"press", "long", "release"}},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, 1, "", func(task *plugins.Task, b *fixture) {
				start := task.Now()
				call := func(action string, at time.Duration) {
					task.SleepUntil(start.Add(at))
					if err := b.Call("bell." + action); err != nil {
						t.Error(err)
					}
				}
				for _, p := range test.presses {
					call("press", p[0])
					call("release", p[1])
				}
				task.Sleep(450 * ms)
				if !slices.Equal(b.calls, test.want) {
					t.Errorf("got %v, want %v", b.calls, test.want)
				}
			}, "press", "release", "click", "double", "long")
		})
	}
}

func TestALongPressByActionIsReportedWhileTheButtonIsDown(t *testing.T) {
	run(t, 1, "", func(task *plugins.Task, b *fixture) {
		if err := b.Call("bell.press"); err != nil {
			t.Error(err)
		}
		task.Sleep(time.Second + ms)
		if !slices.Equal(b.calls, []string{"long"}) {
			t.Errorf("got %v", b.calls)
		}
	}, "long")
}

func TestPressedIsPublished(t *testing.T) {
	run(t, 3, "", func(task *plugins.Task, b *fixture) {
		state := plugintest.Subscribe[topics.Press](b.Harness, "bell", "pressed")
		want := func(down bool, when string) {
			t.Helper()
			if got, ok := state.Get(); !ok || got.Down != down {
				t.Errorf("%s: %+v, %v", when, got, ok)
			}
		}
		want(false, "at the start")
		b.contact.Press(task)
		task.Sleep(20 * ms)
		want(true, "pressed")
		b.contact.Release(task)
		task.Sleep(20 * ms)
		want(false, "released")
		b.Call("bell.press")
		want(true, "pressed by an action")
		b.Call("bell.release")
		want(false, "released by an action")
	}, "press")
}
