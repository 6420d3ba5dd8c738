package demo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/daemon"
	"ptvd/plugins"
)

func breaking(name string) func(*played) error {
	return func(p *played) error { return p.world.Break(name) }
}

func mending(name string) func(*played) error {
	return func(p *played) error { return p.world.Mend(name) }
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
			r := play(t, 3*time.Minute, deed{20 * time.Second, breaking(name)}).daemon.Report()
			if i := instance(r, test.instance); i.Health != plugins.Degraded || !strings.Contains(i.Why, test.why) {
				t.Errorf("%+v", i)
			}
			r = play(t, 8*time.Minute, deed{20 * time.Second, breaking(name)}, deed{2 * time.Minute, mending(name)}).daemon.Report()
			if i := instance(r, test.instance); i.Health != plugins.OK || i.Restarts != 0 {
				t.Errorf("after it was mended: %+v", i)
			}
		})
	}
}

func TestAPluginThatPanicsIsStartedAgainAndTheOthersDoNotNotice(t *testing.T) {
	r := play(t, time.Minute, deed{20 * time.Second, breaking("panic")}).daemon.Report()
	for _, i := range r.Instances {
		if want := map[string]int{"lamp": 1}[i.Name]; i.Restarts != want || i.Health != plugins.OK {
			t.Errorf("%+v", i)
		}
	}
}

func TestAPanelWithoutItsCableIsDarkAndComesBack(t *testing.T) {
	shown := play(t, 3*time.Minute, deed{20 * time.Second, breaking("panel")}, deed{80 * time.Second, mending("panel")}).shown
	if picture := pictureAt(shown, 79*time.Second); strings.Contains(text(picture), "#") {
		t.Errorf("without its cable it shows\n%s", text(picture))
	}
	if picture := pictureAt(shown, 170*time.Second); !strings.Contains(text(picture), "#") {
		t.Error("it stays dark")
	}
}

func TestASystemsClockThatIsWrongByADayMovesNothingOnThePanel(t *testing.T) {
	right := play(t, 2*time.Minute).shown
	wrong := play(t, 2*time.Minute, deed{20 * time.Second, breaking("clock")}).shown
	same := func(a, b show) bool { return a.since == b.since && slices.Equal(a.picture.Pix, b.picture.Pix) }
	if !slices.EqualFunc(right, wrong, same) {
		t.Error("the panel has noticed")
	}
}

func TestAHandOnThePageIsAHandOnTheContacts(t *testing.T) {
	press := func(p *played) error { return p.world.Press("bell") }
	release := func(p *played) error { return p.world.Release("bell") }
	duty := uint16(0)
	shown := play(t, 30*time.Second,
		deed{time.Second, press}, deed{1100 * time.Millisecond, release}, // the first page scrolls, the second stands
		deed{5 * time.Second, press}, deed{5100 * time.Millisecond, release},
		deed{6 * time.Second, func(p *played) error { return p.world.Turn("lamp", 3) }},
		deed{12 * time.Second, func(p *played) error { duty = p.world.Board.Duty("GPIO18"); return nil }},
	).shown
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
	play(t, 2*time.Second, deed{time.Second, func(p *played) error {
		w := p.world
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
