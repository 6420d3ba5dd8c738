package demo_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/daemon"
	"ptvd/internal/demo"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// deed is what somebody does to the world at a moment, and what is then looked at.
type deed struct {
	at time.Duration
	do func(*demo.World) error
}

// playWith plays the demo in virtual time while somebody does things to its world.
func playWith(t *testing.T, lasts time.Duration, deeds ...deed) (*demo.World, []show, daemon.Report) {
	t.Helper()
	const boot = scheduler.Instant(time.Minute)
	clock := scheduler.NewVirtualClock(boot)
	now := func() time.Time { return epoch.Add(clock.Now().Sub(boot)) }
	world, err := demo.NewWorld(now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { world.Close() })
	var shown []show
	world.Panel.OnChange = func() {
		shown = append(shown, show{clock.Now().Sub(boot), world.Panel.Picture(sim.Arrangement{})})
	}
	options, err := world.Options(slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	options.Clock, options.Lasts = clock, lasts
	board := options.Board
	options.Board = func(loop *scheduler.Loop) (gpio.Backend, error) {
		loop.Post(func() {
			loop.Go("somebody", func(t *scheduler.Task) error {
				for _, d := range deeds {
					if err := t.SleepUntil(boot.Add(d.at)); err != nil {
						return err
					}
					if err := d.do(world); err != nil {
						return err
					}
				}
				return nil
			})
		})
		return board(loop)
	}
	d := daemon.New(options)
	if err := d.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return world, shown, d.Report()
}

func breaking(name string) func(*demo.World) error {
	return func(w *demo.World) error { return w.Break(name) }
}

func mending(name string) func(*demo.World) error {
	return func(w *demo.World) error { return w.Mend(name) }
}

func instance(r daemon.Report, name string) daemon.InstanceReport {
	i := slices.IndexFunc(r.Instances, func(i daemon.InstanceReport) bool { return i.Name == name })
	return r.Instances[i]
}

func TestEachFaultOfTheWorldIsSeenInTheHealth(t *testing.T) {
	for name, test := range map[string]struct{ instance, why string }{
		"network":   {"trains", "no network"},
		"throttled": {"trains", "throttled"},
		"ptv-500":   {"trains", "HTTP 500"},
		"panel":     {"panel", "the cable is unplugged"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, r := playWith(t, 3*time.Minute, deed{20 * time.Second, breaking(name)})
			if i := instance(r, test.instance); i.Health != plugins.Degraded || !strings.Contains(i.Why, test.why) {
				t.Errorf("%+v", i)
			}
			_, _, r = playWith(t, 8*time.Minute, deed{20 * time.Second, breaking(name)}, deed{2 * time.Minute, mending(name)})
			if i := instance(r, test.instance); i.Health != plugins.OK || i.Restarts != 0 {
				t.Errorf("after it was mended: %+v", i)
			}
		})
	}
}

func TestAPluginThatPanicsIsStartedAgainAndTheOthersDoNotNotice(t *testing.T) {
	_, _, r := playWith(t, time.Minute, deed{20 * time.Second, breaking("panic")})
	for _, i := range r.Instances {
		if want := map[string]int{"lamp": 1}[i.Name]; i.Restarts != want || i.Health != plugins.OK {
			t.Errorf("%+v", i)
		}
	}
}

func TestAPanelWithoutItsCableIsDarkAndComesBack(t *testing.T) {
	_, shown, _ := playWith(t, 3*time.Minute, deed{20 * time.Second, breaking("panel")}, deed{80 * time.Second, mending("panel")})
	if picture := pictureAt(shown, 79*time.Second); strings.Contains(text(picture), "#") {
		t.Errorf("without its cable it shows\n%s", text(picture))
	}
	if picture := pictureAt(shown, 170*time.Second); !strings.Contains(text(picture), "#") {
		t.Error("it stays dark")
	}
}

func TestASystemsClockThatIsWrongByADayMovesNothingOnThePanel(t *testing.T) {
	_, right, _ := playWith(t, 2*time.Minute)
	_, wrong, _ := playWith(t, 2*time.Minute, deed{20 * time.Second, breaking("clock")})
	same := func(a, b show) bool { return a.since == b.since && slices.Equal(a.picture.Pix, b.picture.Pix) }
	if !slices.EqualFunc(right, wrong, same) {
		t.Error("the panel has noticed")
	}
}

func TestAHandOnThePageIsAHandOnTheContacts(t *testing.T) {
	press := func(w *demo.World) error { return w.Press("bell") }
	release := func(w *demo.World) error { return w.Release("bell") }
	duty := uint16(0)
	_, shown, _ := playWith(t, 30*time.Second,
		deed{time.Second, press}, deed{1100 * time.Millisecond, release}, // the first page scrolls, the second stands
		deed{5 * time.Second, press}, deed{5100 * time.Millisecond, release},
		deed{6 * time.Second, func(w *demo.World) error { return w.Turn("lamp", 3) }},
		deed{12 * time.Second, func(w *demo.World) error { duty = w.Board.Duty("GPIO18"); return nil }},
	)
	if slices.Equal(pictureAt(shown, 4900*time.Millisecond).Pix, pictureAt(shown, 6*time.Second).Pix) {
		t.Error("the page did not turn")
	}
	if duty == 0 {
		t.Error("the lamp is off")
	}
	if a, b := pictureAt(shown, 8*time.Second), pictureAt(shown, 25*time.Second); !slices.Equal(a.Pix, b.Pix) {
		t.Errorf("the visitor does not rest:\n%s\n%s", text(a), text(b))
	}
}

func TestWhatTheWorldHasNotIsRefused(t *testing.T) {
	playWith(t, 2*time.Second, deed{time.Second, func(w *demo.World) error {
		for name, err := range map[string]error{
			"a button": w.Press("trains"), "a knob": w.Turn("bell", 1), "a fault": w.Break("heart"), "a speed": w.SetSpeed(7),
		} {
			if err == nil {
				t.Errorf("%s that is not there was taken", name)
			}
		}
		return nil
	}})
}
