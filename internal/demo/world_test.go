package demo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/web"
)

func breakFault(name string) func(*run) error {
	return func(p *run) error { return p.world.Break(name) }
}

func mendFault(name string) func(*run) error {
	return func(p *run) error { return p.world.Mend(name) }
}

func instance(s web.State, name string) web.Instance {
	i := slices.IndexFunc(s.Instances, func(i web.Instance) bool { return i.Name == name })
	return s.Instances[i]
}

func TestEachFaultShowsInTheHealth(t *testing.T) {
	for name, test := range map[string]struct{ instance, why string }{
		"network":         {"trains", "no network"},
		"throttled":       {"trains", "throttled"},
		"ptv-500":         {"trains", "HTTP 500"},
		"motis-throttled": {"world", "throttled"},
		"motis-500":       {"world", "HTTP 500"},
		"panel":           {"panel", "cable unplugged"},
	} {
		t.Run(name, func(t *testing.T) {
			r := play(t, 3*time.Minute, action{20 * time.Second, breakFault(name)}).daemon.State()
			if i := instance(r, test.instance); i.Health != "degraded" || !strings.Contains(i.Why, test.why) {
				t.Errorf("%+v", i)
			}
			r = play(t, 8*time.Minute, action{20 * time.Second, breakFault(name)}, action{2 * time.Minute, mendFault(name)}).daemon.State()
			if i := instance(r, test.instance); i.Health != "ok" || i.Restarts != 0 {
				t.Errorf("after the fault: %+v", i)
			}
		})
	}
}

func TestTheSourcesAreSwappedAndEachBreaksAlone(t *testing.T) {
	r := play(t, 3*time.Minute, action{10 * time.Second, breakFault("motis")}, action{20 * time.Second, breakFault("ptv-500")}).daemon.State()
	if trains, world := instance(r, "trains"), instance(r, "world"); trains.Plugin != "motis" || trains.Health != "ok" || world.Plugin != "ptv" || world.Why != "HTTP 500: Internal Server Error" {
		t.Errorf("swapped: %+v, %+v", trains, world)
	}
	r = play(t, 3*time.Minute, action{10 * time.Second, breakFault("motis")}, action{20 * time.Second, mendFault("motis")}, action{30 * time.Second, breakFault("motis-500")}).daemon.State()
	if trains, world := instance(r, "trains"), instance(r, "world"); trains.Plugin != "ptv" || trains.Health != "ok" || world.Plugin != "motis" || world.Why != "HTTP 500: Internal Server Error" {
		t.Errorf("back: %+v, %+v", trains, world)
	}
}

func TestPanickingPluginIsRestartedAlone(t *testing.T) {
	r := play(t, time.Minute, action{20 * time.Second, breakFault("panic")}).daemon.State()
	for _, i := range r.Instances {
		if want := map[string]int{"lamp": 1}[i.Name]; i.Restarts != want || i.Health != "ok" {
			t.Errorf("%+v", i)
		}
	}
}

func TestUnpluggedPanelIsDarkAndRecovers(t *testing.T) {
	frames := play(t, 3*time.Minute, action{20 * time.Second, breakFault("panel")}, action{80 * time.Second, mendFault("panel")}).frames
	if picture := pictureAt(frames, 79*time.Second); strings.Contains(text(picture), "#") {
		t.Errorf("unplugged it shows\n%s", text(picture))
	}
	if picture := pictureAt(frames, 170*time.Second); !strings.Contains(text(picture), "#") {
		t.Error("it is still dark after the fault")
	}
}

func TestWrongSystemClockDoesNotChangeThePanel(t *testing.T) {
	right := play(t, 2*time.Minute).frames
	wrong := play(t, 2*time.Minute, action{20 * time.Second, breakFault("clock")}).frames
	same := func(a, b frame) bool { return a.since == b.since && slices.Equal(a.picture.Pix, b.picture.Pix) }
	if !slices.EqualFunc(right, wrong, same) {
		t.Error("the panel shows something else")
	}
}

func TestPagePressesTheButtonAndTurnsTheKnob(t *testing.T) {
	act := func(instance, action string, times int) func(*run) error {
		return func(p *run) error {
			if handled, err := p.world.Act(instance, action, times); !handled || err != nil {
				t.Errorf("%s.%s: %v, %v", instance, action, handled, err)
			}
			return nil
		}
	}
	press, release := act("bell", "press", 1), act("bell", "release", 1)
	duty := uint16(0)
	frames := play(t, 30*time.Second,
		action{time.Second, press}, action{1100 * time.Millisecond, release}, // the first page scrolls, the second does not
		action{5 * time.Second, press}, action{5100 * time.Millisecond, release},
		action{6 * time.Second, act("lamp", "up", 3)},
		action{12 * time.Second, func(p *run) error { duty = p.world.Board.Duty("GPIO18"); return nil }},
	).frames
	if slices.Equal(pictureAt(frames, 4900*time.Millisecond).Pix, pictureAt(frames, 6*time.Second).Pix) {
		t.Error("the panel's page did not change")
	}
	if duty == 0 {
		t.Error("the lamp is off")
	}
	if a, b := pictureAt(frames, 8*time.Second), pictureAt(frames, 25*time.Second); !slices.Equal(a.Pix, b.Pix) {
		t.Errorf("the autopilot does not pause:\n%s\n%s", text(a), text(b))
	}
}

func TestUnknownFaultsAndSpeedsAreRefused(t *testing.T) {
	play(t, 2*time.Second, action{time.Second, func(p *run) error {
		w := p.world
		for name, err := range map[string]error{
			"a fault": w.Break("nothing"), "a speed": w.SetSpeed(7),
		} {
			if err == nil {
				t.Errorf("%s that does not exist was accepted", name)
			}
		}
		if handled, err := w.Act("panel", "next", 1); handled || err != nil {
			t.Errorf("an action that no contact causes: %v, %v", handled, err)
		}
		return nil
	}})
}

func TestThePanelShowsTheOtherSourceWhileTheFirstHasNoData(t *testing.T) {
	frames := func(fault string) []frame {
		return play(t, 7*time.Minute, action{20 * time.Second, breakFault(fault)}).frames
	}
	const at = 6*time.Minute + 50*time.Second // on the first page
	oldData := pictureAt(frames("network"), at)
	isOld := func(f frame) bool { return slices.Equal(f.picture.Pix, oldData.Pix) }
	if without := frames("throttled"); slices.ContainsFunc(without, isOld) {
		t.Errorf("without the PTV API alone it shows\n%s", text(oldData))
	}
}
