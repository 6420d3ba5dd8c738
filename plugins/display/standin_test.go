package display_test

import (
	"testing"
	"time"

	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/display"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// withWorld adds a second source to a fixture, whose display is configured by options.
func withWorld(t *testing.T, options display.Sources, test func(f *fixture, world func(topics.Departures)) error) {
	var world func(topics.Departures)
	options.From = from
	change := func(cfg *display.Config) {
		cfg.Pages = []display.PageEntry{entry("minutes", &display.Minutes{Sources: options}), entry("clock", &display.Clock{})}
	}
	withDisplay(t, change, func(f *fixture) error { return test(f, world) }, func(h *plugintest.Harness) {
		world = plugintest.Publish(h, "world", plugins.NewTopic[topics.Departures]("departures", "published by the test", plugins.State(0)))
	})
}

func (f *fixture) departure(in time.Duration, direction string) topics.Departures {
	at := f.Clock.Now().Add(in)
	list := []topics.Departure{{Scheduled: at, Estimated: at, Destination: "Dandenong", DirectionID: direction}}
	return topics.Departures{Received: f.t.Now(), Period: 30 * time.Second, Complete: true, List: list, IDs: topics.IDs(list)}
}

func (f *fixture) mustSay(want string) {
	f.T.Helper()
	f.pass(200 * time.Millisecond)
	if got, _ := plugintest.Subscribe[topics.Text](f.Harness, "panel", "text").Last(); string(got) != want {
		f.T.Errorf("after %v the panel says %q, want %q", time.Duration(f.t.Now())-time.Hour, got, want)
	}
}

func TestAPageGoesToItsStandInAndBack(t *testing.T) {
	elsewhere := []plugins.From[topics.Departures]{{Instance: "world", Topic: "departures"}}
	withWorld(t, display.Sources{Else: elsewhere}, func(f *fixture, world func(topics.Departures)) error {
		f.trains(f.departure(20*time.Minute+30*time.Second, "1"))
		world(f.departure(15*time.Minute+30*time.Second, "7"))
		f.mustSay("20 min")
		f.pass(4*time.Minute + 59*time.Second)
		world(f.departure(15*time.Minute+30*time.Second, "7"))
		f.mustSay("15 min (old data)")
		f.pass(2 * time.Second)
		f.mustSay("15 min (from world)")
		world(topics.Departures{})
		f.mustSay("Old data")
		world(f.departure(14*time.Minute+30*time.Second, "7"))
		f.mustSay("14 min (from world)")
		f.trains(f.departure(11*time.Minute+30*time.Second, "1"))
		f.mustSay("11 min")
		return nil
	})
}

func TestAStandInIsShownSoonAfterAStartOnceTheFirstSourceHasFailed(t *testing.T) {
	elsewhere := []plugins.From[topics.Departures]{{Instance: "world", Topic: "departures"}}
	withWorld(t, display.Sources{Else: elsewhere}, func(f *fixture, world func(topics.Departures)) error {
		began := topics.Departures{Began: f.t.Now()}
		f.trains(began)
		world(f.departure(15*time.Minute+30*time.Second, "7"))
		f.pass(20 * time.Second)
		f.mustSay("Loading") // it is slow, but has not failed
		failed := began
		failed.Problem = "no network"
		f.trains(failed)
		f.mustSay("15 min (from world)")
		f.trains(f.departure(11*time.Minute+30*time.Second, "1"))
		f.mustSay("11 min")
		return nil
	})
}

func TestAPageThatMatchesNothingSaysSoAndSoDoesHealth(t *testing.T) {
	elsewhere := []plugins.From[topics.Departures]{{Instance: "world", Topic: "departures"}}
	withWorld(t, display.Sources{Else: elsewhere, Filter: topics.Filter{Directions: []string{"2"}}}, func(f *fixture, world func(topics.Departures)) error {
		f.pass(20 * time.Second)
		f.trains(f.departure(20*time.Minute+30*time.Second, "1"))
		f.mustSay("Filter? directions 2 match nothing at this stop; there are 1")
		f.mustBe(host.Degraded)
		if why := f.instance.Health.Why; why != "page minutes: directions 2 match nothing at this stop; there are 1" {
			t.Errorf("health says %q", why)
		}
		d := f.departure(10*time.Minute+30*time.Second, "2")
		f.trains(d)
		f.mustSay("10 min")
		f.mustBe(host.OK)
		d.List = nil // it has had direction 2 in the last week
		f.trains(d)
		f.mustSay("No more")
		world(f.departure(10*time.Minute+30*time.Second, "7"))
		f.pass(time.Second)
		f.mustBe(host.Degraded) // of the stand-in, before it is needed
		return nil
	})
}
