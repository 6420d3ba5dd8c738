package button_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/host"
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

// If the caller of press never calls release, such as a browser that was closed, the
// button must not stay down.
func TestAPressByActionIsReleasedAfterAMinute(t *testing.T) {
	run(t, 2, "", func(task *plugins.Task, b *fixture) {
		state := plugintest.Subscribe[topics.Press](b.Harness, "bell", "pressed")
		if err := b.Call("bell.press"); err != nil {
			t.Error(err)
		}
		task.Sleep(59 * time.Second)
		if got, _ := state.Get(); !got.Down {
			t.Error("released within a minute")
		}
		task.Sleep(2 * time.Second)
		calls := len(b.calls)
		if got, _ := state.Get(); got.Down || calls == 0 || b.calls[calls-1] != "release" {
			t.Errorf("after a minute down is %v; calls end with %v", got.Down, b.calls[max(0, calls-2):])
		}
		if !strings.Contains(b.Log.String(), "the action press was not followed by release") || b.bell.Health.Condition != host.OK {
			t.Errorf("health %s; log: %s", b.bell.Health.Condition, b.Log.String())
		}
		task.Sleep(time.Hour)
		if len(b.calls) != calls {
			t.Errorf("an hour later: %v", b.calls[calls:])
		}
		b.contact.Click(task, 100*ms)
		task.Sleep(time.Second)
		if n := len(b.calls); b.calls[n-1] != "release" {
			t.Errorf("a press of the line afterwards: %v", b.calls[calls:])
		}
	}, "hold", "release")
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
