package button_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/plugins"
	"ptvd/plugins/button"
	"ptvd/plugins/plugintest"
)

const ms = time.Millisecond

// bench is a button on a simulated board, whose actions are written down.
type bench struct {
	*plugintest.Harness
	finger *sim.Button
	bell   *plugintest.Instance
	calls  []string
}

// run starts a button that calls panel.click, panel.long … for the gestures that
// are named.
func run(t *testing.T, seed uint64, change func(*button.Config), body func(*plugins.Task, *bench), gestures ...string) {
	t.Helper()
	b := &bench{Harness: plugintest.New(t)}
	panel := b.Env("panel")
	for _, name := range strings.Fields("press release click double triple long hold") {
		panel.Handle(name, func(string) error {
			b.calls = append(b.calls, name)
			return nil
		})
	}
	b.finger = sim.NewButton(b.Board, "GPIO17", seed)
	b.Run(func(task *plugins.Task) error {
		b.bell = b.Start(task, "bell", func(env plugins.Env) (plugins.Plugin, error) {
			return button.New(env, config(change, gestures...))
		})
		body(task, b)
		return b.bell.Stop(task)
	})
}

func config(change func(*button.Config), gestures ...string) button.Config {
	definition, _ := plugins.Lookup("button")
	cfg := definition.Defaults.Interface().(button.Config)
	cfg.Pin = "GPIO17"
	for _, name := range gestures {
		field := map[string]*plugins.Action{
			"press": &cfg.OnPress, "release": &cfg.OnRelease, "click": &cfg.OnClick, "double": &cfg.OnDouble,
			"triple": &cfg.OnTriple, "long": &cfg.OnLong, "hold": &cfg.OnHold,
		}[name]
		*field = plugins.Action{Instance: "panel", Name: name}
	}
	if change != nil {
		change(&cfg)
	}
	return cfg
}

func (b *bench) want(calls ...string) {
	b.T.Helper()
	if !slices.Equal(b.calls, calls) {
		b.T.Errorf("called %v, want %v", b.calls, calls)
	}
}

func TestEveryClickOfABouncingButtonIsOneClick(t *testing.T) {
	for seed := range uint64(20) {
		run(t, seed, nil, func(task *plugins.Task, b *bench) {
			for range 50 {
				b.finger.Click(task, 80*ms)
				task.Sleep(120 * ms)
			}
			if len(b.calls) != 50 {
				t.Errorf("seed %d: 50 clicks became %d", seed, len(b.calls))
			}
		}, "click")
	}
}

func TestAPressActsAtOnce(t *testing.T) {
	run(t, 1, nil, func(task *plugins.Task, b *bench) {
		b.Board.Drive("GPIO17", plugins.Low)
		task.Sleep(1)
		b.want("press")
	}, "press")
}

func TestClickDoubleTripleAndLongAreToldApart(t *testing.T) {
	run(t, 2, nil, func(task *plugins.Task, b *bench) {
		for presses := 1; presses <= 3; presses++ {
			for range presses {
				b.finger.Click(task, 70*ms)
				task.Sleep(100 * ms)
			}
			task.Sleep(time.Second)
		}
		b.finger.Click(task, 1500*ms)
		b.finger.Click(task, 700*ms)
		task.Sleep(time.Second)
		b.want("click", "double", "triple", "long", "click")
	}, "click", "double", "triple", "long")
}

func TestALongPressIsToldWhileItIsHeld(t *testing.T) {
	run(t, 3, nil, func(task *plugins.Task, b *bench) {
		b.finger.Press(task)
		task.Sleep(1100 * ms)
		b.want("press", "long")
		b.finger.Release(task)
		b.want("press", "long", "release")
	}, "press", "release", "click", "long")
}

func TestAHeldButtonRepeatsUntilItIsReleased(t *testing.T) {
	run(t, 4, nil, func(task *plugins.Task, b *bench) {
		b.finger.Click(task, 1900*ms)
		task.Sleep(time.Minute)
		b.want("hold", "hold", "hold", "hold", "hold")
	}, "hold")
}

// While a task holds the loop, edges wait, and so does the end of a gesture that
// is already due: the edges go first, with their own times.
func TestAGestureIsJudgedByItsEdgesWhileATaskHoldsTheLoop(t *testing.T) {
	for _, c := range []struct {
		name string
		gaps []time.Duration // from 20 ms after the press to a release, to a press …
		want []string
	}{
		{"released after 700 ms it is a click", []time.Duration{700 * ms}, []string{"click"}},
		{"released after 1100 ms it was a long press", []time.Duration{1100 * ms}, []string{"long"}},
		{"pressed again after 300 ms it is a double", []time.Duration{80 * ms, 220 * ms, 80 * ms}, []string{"double"}},
		{"pressed again after 500 ms it is another click", []time.Duration{80 * ms, 420 * ms, 80 * ms}, []string{"click", "click"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, 5, nil, func(task *plugins.Task, b *bench) {
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

func TestASpikeIsNoPressWhereTheLevelMustBeStable(t *testing.T) {
	stable := func(c *button.Config) { c.Stable = true }
	run(t, 6, stable, func(task *plugins.Task, b *bench) {
		b.Board.Drive("GPIO17", plugins.Low)
		task.Sleep(3 * ms)
		b.Board.Float("GPIO17")
		task.Sleep(time.Second)
		b.want()
		b.finger.Click(task, 100*ms)
		task.Sleep(time.Second)
		b.want("press", "click")
	}, "press", "click")
}

// A release just before the threshold reaches the loop after it.
func TestAPressThatIsReleasedJustInTimeIsAClickWhereTheLevelMustBeStable(t *testing.T) {
	stable := func(c *button.Config) { c.Stable = true }
	run(t, 7, stable, func(task *plugins.Task, b *bench) {
		b.Board.Drive("GPIO17", plugins.Low)
		task.Sleep(995 * ms)
		b.Board.Float("GPIO17")
		task.Sleep(time.Second)
		b.want("click")
	}, "click", "long")
}

func TestAButtonToTheSupplyIsActiveHigh(t *testing.T) {
	high := func(c *button.Config) { c.ActiveLow, c.Pull = false, plugins.PullDown }
	run(t, 8, high, func(task *plugins.Task, b *bench) {
		b.Board.Drive("GPIO17", plugins.High)
		task.Sleep(100 * ms)
		b.Board.Float("GPIO17")
		task.Sleep(100 * ms)
		b.want("press", "release")
	}, "press", "release")
}

func TestAStuckButtonIsToldInHealthUntilItComesFree(t *testing.T) {
	run(t, 9, nil, func(task *plugins.Task, b *bench) {
		health := b.bell.Env.Health
		b.finger.Press(task)
		task.Sleep(59 * time.Second)
		if health.Condition != plugins.OK {
			t.Errorf("after 59 s the health is %s", health.Condition)
		}
		task.Sleep(24 * time.Hour)
		if health.Condition != plugins.Degraded {
			t.Errorf("after a day the health is %s", health.Condition)
		}
		if n := len(b.calls); n > 300 {
			t.Errorf("it repeated %d times", n)
		}
		b.finger.Release(task)
		task.Sleep(time.Second)
		if health.Condition != plugins.OK {
			t.Errorf("released, the health is %s: %s", health.Condition, health.Why)
		}
	}, "hold")
}

func TestAnActionThatFailsIsLoggedAndTheButtonGoesOn(t *testing.T) {
	run(t, 10, nil, func(task *plugins.Task, b *bench) {
		b.Bus.Down("panel", "no panel on SPI0.0")
		b.finger.Click(task, 80*ms)
		task.Sleep(100 * ms)
		if !strings.Contains(b.Log.String(), "no panel on SPI0.0") {
			t.Errorf("the log says %q", b.Log.String())
		}
		b.Bus.Up("panel")
		b.finger.Click(task, 80*ms)
		task.Sleep(100 * ms)
		b.want("click")
	}, "click")
}

func TestAButtonWithoutActionsIsRefused(t *testing.T) {
	if err := config(nil).Validate(); err == nil {
		t.Error("no error")
	}
	if err := config(nil, "long").Validate(); err != nil {
		t.Error(err)
	}
}
