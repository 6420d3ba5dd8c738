package button_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/host"
	"ptvd/plugins"
	_ "ptvd/plugins/button"
	"ptvd/plugins/plugintest"
)

const ms = time.Millisecond

// fixture is a button on a simulated board, and the actions that it called.
type fixture struct {
	*plugintest.Harness
	contact *sim.Button
	bell    *plugintest.Instance
	calls   []string
}

// run starts a button with these options, which calls panel.click, panel.long … for the
// named gestures, calls body, and stops the button.
func run(t *testing.T, seed uint64, options string, body func(*plugins.Task, *fixture), gestures ...string) {
	t.Helper()
	b := &fixture{Harness: plugintest.New(t)}
	entry := "plugin: button\npin: GPIO17\n" + options
	for _, name := range gestures {
		b.handle(name)
		entry += "\non_" + name + ": panel." + name
	}
	b.contact = sim.NewButton(b.Board, "GPIO17", seed)
	b.Run(func(task *plugins.Task) error {
		b.bell = b.Start(task, "bell", entry)
		body(task, b)
		return b.bell.Stop(task)
	})
}

func (b *fixture) handle(name string) {
	b.Handle("panel", name, func(string) error {
		b.calls = append(b.calls, name)
		return nil
	})
}

func (b *fixture) want(calls ...string) {
	b.T.Helper()
	if !slices.Equal(b.calls, calls) {
		b.T.Errorf("called %v, want %v", b.calls, calls)
	}
}

func TestABouncingClickIsOneClick(t *testing.T) {
	for seed := range uint64(20) {
		run(t, seed, "", func(task *plugins.Task, b *fixture) {
			for range 50 {
				b.contact.Click(task, 80*ms)
				task.Sleep(120 * ms)
			}
			if len(b.calls) != 50 {
				t.Errorf("seed %d: 50 clicks were reported as %d", seed, len(b.calls))
			}
		}, "click")
	}
}

func TestOnPressIsCalledAMillisecondAfterThePress(t *testing.T) {
	run(t, 1, "", func(task *plugins.Task, b *fixture) {
		b.Board.Drive("GPIO17", plugins.Low)
		task.Sleep(ms - 1)
		b.want()
		task.Sleep(2)
		b.want("press")
	}, "press")
}

func TestClickDoubleTripleAndLongPressAreDistinguished(t *testing.T) {
	run(t, 2, "", func(task *plugins.Task, b *fixture) {
		for presses := 1; presses <= 3; presses++ {
			for range presses {
				b.contact.Click(task, 70*ms)
				task.Sleep(100 * ms)
			}
			task.Sleep(time.Second)
		}
		b.contact.Click(task, 1500*ms)
		b.contact.Click(task, 700*ms)
		task.Sleep(time.Second)
		b.want("click", "double", "triple", "long", "click")
	}, "click", "double", "triple", "long")
}

func TestALongPressIsReportedWhileTheButtonIsDown(t *testing.T) {
	run(t, 3, "", func(task *plugins.Task, b *fixture) {
		b.contact.Press(task)
		task.Sleep(1100 * ms)
		b.want("press", "long")
		b.contact.Release(task)
		b.want("press", "long", "release")
	}, "press", "release", "click", "long")
}

func TestOnHoldRepeatsUntilTheRelease(t *testing.T) {
	run(t, 4, "", func(task *plugins.Task, b *fixture) {
		b.contact.Click(task, 1900*ms)
		task.Sleep(time.Minute)
		b.want("hold", "hold", "hold", "hold", "hold")
	}, "hold")
}

// While a task blocks the loop, edges queue up and due decisions are late. Then the
// edges are handled first, with the times at which they happened.
func TestGesturesAreDecidedByTheTimesOfEdgesWhileTheLoopIsBlocked(t *testing.T) {
	for _, c := range []struct {
		name string
		gaps []time.Duration // from 20 ms after the press to a release, to a press …
		want []string
	}{
		{"release after 700 ms is a click", []time.Duration{700 * ms}, []string{"click"}},
		{"release after 1100 ms is a long press", []time.Duration{1100 * ms}, []string{"long"}},
		{"second press after 300 ms is a double click", []time.Duration{80 * ms, 220 * ms, 80 * ms}, []string{"double"}},
		{"second press after 500 ms is another click", []time.Duration{80 * ms, 420 * ms, 80 * ms}, []string{"click", "click"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, 5, "", func(task *plugins.Task, b *fixture) {
				b.Board.Drive("GPIO17", plugins.Low)
				task.Sleep(20 * ms)
				for i, gap := range c.gaps {
					b.Stall(gap)
					if i%2 == 0 {
						b.Board.Float("GPIO17")
					} else {
						b.Board.Drive("GPIO17", plugins.Low)
					}
				}
				b.Stall(2 * time.Second)
				task.Sleep(time.Second)
				b.want(c.want...)
			}, "click", "double", "long")
		})
	}
}

func TestStableIgnoresASpike(t *testing.T) {
	run(t, 6, "stable: true", func(task *plugins.Task, b *fixture) {
		b.Board.Drive("GPIO17", plugins.Low)
		task.Sleep(3 * ms)
		b.Board.Float("GPIO17")
		task.Sleep(time.Second)
		b.want()
		b.contact.Click(task, 100*ms)
		task.Sleep(time.Second)
		b.want("press", "click")
	}, "press", "click")
}

// A release just before the long-press time is reported by the debouncer after it.
func TestStableReportsAReleaseJustBeforeTheLongPressTimeAsAClick(t *testing.T) {
	run(t, 7, "stable: true", func(task *plugins.Task, b *fixture) {
		b.Board.Drive("GPIO17", plugins.Low)
		task.Sleep(995 * ms)
		b.Board.Float("GPIO17")
		task.Sleep(time.Second)
		b.want("click")
	}, "click", "long")
}

func TestAnActiveHighButton(t *testing.T) {
	run(t, 8, "active_low: false\npull: down", func(task *plugins.Task, b *fixture) {
		b.Board.Drive("GPIO17", plugins.High)
		task.Sleep(100 * ms)
		b.Board.Float("GPIO17")
		task.Sleep(100 * ms)
		b.want("press", "release")
	}, "press", "release")
}

func TestAStuckButtonDegradesHealthUntilItIsReleased(t *testing.T) {
	run(t, 9, "", func(task *plugins.Task, b *fixture) {
		health := b.bell.Health
		b.contact.Press(task)
		task.Sleep(59 * time.Second)
		if health.Condition != host.OK {
			t.Errorf("after 59 s the health is %s", health.Condition)
		}
		task.Sleep(24 * time.Hour)
		if health.Condition != host.Degraded {
			t.Errorf("after a day the health is %s", health.Condition)
		}
		if n := len(b.calls); n > 300 {
			t.Errorf("on_hold was called %d times", n)
		}
		b.contact.Release(task)
		task.Sleep(time.Second)
		if health.Condition != host.OK {
			t.Errorf("released, the health is %s: %s", health.Condition, health.Why)
		}
	}, "hold")
}

func TestNoiseDegradesHealthAndHoldsBackPressesUntilTheLineIsQuiet(t *testing.T) {
	run(t, 12, "", func(task *plugins.Task, b *fixture) {
		for i := range 1000 { // 50 Hz
			if i%2 == 0 {
				b.Board.Drive("GPIO17", plugins.Low)
			} else {
				b.Board.Float("GPIO17")
			}
			task.Sleep(10 * ms)
		}
		if h := b.bell.Health; h.Condition != host.Degraded || !strings.HasPrefix(h.Why, "noise on GPIO17: ") {
			t.Errorf("health %s: %s", h.Condition, h.Why)
		}
		if n := len(b.calls); n > 2*8 {
			t.Errorf("%d calls in ten seconds of hum", n)
		}
		task.Sleep(time.Second)
		if b.bell.Health.Condition != host.OK {
			t.Errorf("health after the hum: %s", b.bell.Health.Why)
		}
		b.calls = nil
		b.contact.Click(task, 100*ms)
		task.Sleep(100 * ms)
		b.want("press", "click")
	}, "press", "click")
}

func TestAButtonThatIsStuckAfterNoiseIsReported(t *testing.T) {
	run(t, 13, "", func(task *plugins.Task, b *fixture) {
		for i := range 100 { // 50 Hz, then down
			if i%2 == 1 {
				b.Board.Drive("GPIO17", plugins.Low)
			} else {
				b.Board.Float("GPIO17")
			}
			task.Sleep(10 * ms)
		}
		task.Sleep(50 * time.Second)
		if h := b.bell.Health; h.Condition != host.OK {
			t.Errorf("after 50 s the health is %s: %s", h.Condition, h.Why)
		}
		task.Sleep(12 * time.Second)
		if h := b.bell.Health; h.Condition != host.Degraded || !strings.Contains(h.Why, "stuck") {
			t.Errorf("after a minute the health is %s: %s", h.Condition, h.Why)
		}
	}, "press")
}

// A restart of the instance must not lose the release: the button is released at the
// stop, and the release of the line afterwards belongs to no press.
func TestAStopReleasesAPressedButton(t *testing.T) {
	run(t, 11, "", func(task *plugins.Task, b *fixture) {
		b.contact.Press(task)
		task.Sleep(100 * ms)
		b.want("press")
		if err := b.bell.Stop(task); err != nil {
			t.Error(err)
		}
		b.want("press", "release")
		b.bell = b.Start(task, "bell", "plugin: button\npin: GPIO17\non_press: panel.press\non_release: panel.release")
		b.contact.Release(task)
		task.Sleep(time.Second)
		b.want("press", "release")
	}, "press", "release", "click")
}

func TestAFailedActionIsLoggedAndTheButtonKeepsWorking(t *testing.T) {
	run(t, 10, "", func(task *plugins.Task, b *fixture) {
		b.Bus.Down("panel", "no panel on SPI0.0")
		b.contact.Click(task, 80*ms)
		task.Sleep(100 * ms)
		if !strings.Contains(b.Log.String(), "no panel on SPI0.0") {
			t.Errorf("log: %q", b.Log.String())
		}
		b.Bus.Up("panel")
		b.handle("click")
		b.contact.Click(task, 80*ms)
		task.Sleep(100 * ms)
		b.want("click")
	}, "click")
}

func TestAGestureCallsSeveralActionsInTurn(t *testing.T) {
	h := plugintest.New(t)
	var calls []string
	for _, name := range []string{"next", "fail", "on"} {
		h.Handle("panel", name, func(string) error {
			calls = append(calls, name)
			if name == "fail" {
				return errors.New("out of order")
			}
			return nil
		})
	}
	h.Run(func(task *plugins.Task) error {
		bell := h.Start(task, "bell", "{plugin: button, pin: GPIO17, on_press: [panel.next, panel.fail, panel.on], on_release: panel.on}")
		sim.NewButton(h.Board, "GPIO17", 14).Click(task, 100*ms)
		task.Sleep(100 * ms)
		if want := []string{"next", "fail", "on", "on"}; !slices.Equal(calls, want) {
			t.Errorf("called %v, want %v", calls, want)
		}
		if !strings.Contains(h.Log.String(), "out of order") {
			t.Errorf("log: %s", h.Log.String())
		}
		return bell.Stop(task)
	})
}

func TestAButtonWithoutActionsIsInvalid(t *testing.T) {
	if err := plugintest.Check("button", "pin: GPIO17"); err == nil || !strings.Contains(err.Error(), "no action is configured") {
		t.Errorf("got %v", err)
	}
}
