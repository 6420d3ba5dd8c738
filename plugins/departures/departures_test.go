package departures_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/departures"
	"ptvd/plugins/topics"
)

var eight = time.Date(2026, 11, 19, 8, 0, 0, 0, time.UTC)

func TestRowsOfOneVehicleAreOneDeparture(t *testing.T) {
	bus := topics.Departure{Scheduled: eight, Destination: "Chadstone", Number: "802", Run: "1"}
	with := func(change func(*topics.Departure)) topics.Departure {
		d := bus
		d.Run = "2"
		change(&d)
		return d
	}
	live := func(after time.Duration) func(*topics.Departure) {
		return func(d *topics.Departure) { d.Estimated = d.Scheduled.Add(after) }
	}
	for name, c := range map[string]struct {
		other topics.Departure
		one   bool
	}{
		"except the run":                                       {with(func(*topics.Departure) {}), true},
		"with seconds":                                         {with(func(d *topics.Departure) { d.Scheduled = eight.Add(20 * time.Second) }), true},
		"with real time":                                       {with(live(2 * time.Minute)), true},
		"of a combined route that names it":                    {with(func(d *topics.Departure) { d.Number = "802-804-862 combined" }), true},
		"with a platform where one has none":                   {with(func(d *topics.Departure) { d.Platform = "4" }), true},
		"a minute later":                                       {with(func(d *topics.Departure) { d.Scheduled = eight.Add(time.Minute) }), false},
		"to another place":                                     {with(func(d *topics.Departure) { d.Destination = "Dandenong" }), false},
		"of another route":                                     {with(func(d *topics.Departure) { d.Number = "804" }), false},
		"of a combined route without it":                       {with(func(d *topics.Departure) { d.Number = "804-862 combined" }), false},
		"cancelled, with one that runs":                        {with(func(d *topics.Departure) { d.Cancelled = true }), false},
		"cancelled, but not on a combined route that names it": {with(func(d *topics.Departure) { d.Number, d.Cancelled = "802-804-862 combined", true }), true},
		"of another mode, in place of one that is not known":   {with(func(d *topics.Departure) { d.Mode = "bus" }), true},
		"a bus in place of the train":                          {with(func(d *topics.Departure) { d.ReplacedByBus = true }), false},
	} {
		for _, list := range [][]topics.Departure{{bus, c.other}, {c.other, bus}} {
			unique, _ := departures.Next(slices.Clone(list), eight, 0, 10)
			if one := len(unique) == 1; one != c.one {
				t.Errorf("%s: %d departures of %+v", name, len(unique), list)
			}
			if c.one && strings.Contains(unique[0].Number, "combined") {
				t.Errorf("%s: the row of the combined route stays", name)
			}
			if c.one && c.other.Live() && !unique[0].Live() {
				t.Errorf("%s: the row with real time is gone", name)
			}
		}
	}
	cancelled := with(func(d *topics.Departure) { d.Cancelled = true })
	twin := with(func(d *topics.Departure) { d.Number = "802-804-862 combined" })
	for _, list := range [][]topics.Departure{{cancelled, twin}, {twin, cancelled}} {
		if one, _ := departures.Next(list, eight, 0, 10); len(one) != 1 || !one[0].Cancelled {
			t.Errorf("of a cancelled bus and its row on a combined route there is %+v", one)
		}
	}
	at := func(platform string) topics.Departure {
		return with(func(d *topics.Departure) { d.Platform = platform })
	}
	if both, _ := departures.Next([]topics.Departure{at("1"), at("2")}, eight, 0, 10); len(both) != 2 {
		t.Errorf("two vehicles on two platforms are %d departures", len(both))
	}
	if both, _ := departures.Next([]topics.Departure{with(live(0)), with(live(3 * time.Minute))}, eight, 0, 10); len(both) != 2 {
		t.Errorf("two vehicles with real time of their own are %d departures", len(both))
	}
}

func TestADelayIsPresumedForTwoMinutesAfterItsEstimateVanished(t *testing.T) {
	var delays departures.Delays
	reply := func(at time.Duration, estimated time.Time) topics.Departure {
		list := []topics.Departure{{Run: "7", Scheduled: eight, Estimated: estimated}}
		delays.Presume(list, plugins.Instant(at))
		return list[0]
	}
	late := eight.Add(6 * time.Minute)
	if d := reply(0, late); !d.Live() || !d.When().Equal(late) {
		t.Errorf("with an estimate: %+v", d)
	}
	for _, after := range []time.Duration{30 * time.Second, 2 * time.Minute} {
		if d := reply(after, time.Time{}); d.Live() || !d.When().Equal(late) {
			t.Errorf("%v without one: %v, live: %v; want %v by the timetable", after, d.When(), d.Live(), late)
		}
	}
	if d := reply(2*time.Minute+1, time.Time{}); !d.When().Equal(eight) {
		t.Errorf("after more than two minutes: %v, want the schedule", d.When())
	}
}

func TestCancelledDeparturesDoNotUseUpTheCount(t *testing.T) {
	at := func(minutes int, cancelled bool) topics.Departure {
		return topics.Departure{Scheduled: eight.Add(time.Duration(minutes) * time.Minute), Destination: "City", Cancelled: cancelled}
	}
	list := []topics.Departure{at(-11, false), at(-3, false), at(4, true), at(14, true), at(24, false), at(34, false), at(44, false)}
	next, cut := departures.Next(list, eight, 0, 2)
	if len(next) != 5 || !next[4].Scheduled.Equal(eight.Add(34*time.Minute)) || !cut {
		t.Errorf("kept %+v, cut: %v; want the one that left, both cancelled ones and two that run", next, cut)
	}
}

func TestADepartureIsKeptForTenMinutes(t *testing.T) {
	for ago, kept := range map[time.Duration]int{10 * time.Minute: 1, 10*time.Minute + 1: 0} {
		next, _ := departures.Next([]topics.Departure{{Scheduled: eight.Add(-ago)}}, eight, 0, 2)
		if len(next) != kept {
			t.Errorf("%v after it left: %d", ago, len(next))
		}
	}
}

func TestTheRowWithRealTimeTakesItsOwnPlaceInTheOrder(t *testing.T) {
	row := func(number string, scheduled, estimated int) topics.Departure {
		d := topics.Departure{Number: number, Destination: "Chadstone", Scheduled: eight.Add(time.Duration(scheduled) * time.Minute)}
		if estimated != 0 {
			d.Estimated = eight.Add(time.Duration(estimated) * time.Minute)
		}
		return d
	}
	rows := []topics.Departure{row("802-862 combined", 5, 0), row("900", 6, 0), row("802", 5, 9)}
	for count, want := range map[int]string{1: "900", 2: "900 802"} {
		next, _ := departures.Next(slices.Clone(rows), eight, 0, count)
		var numbers []string
		for _, d := range next {
			numbers = append(numbers, d.Number)
		}
		if got := strings.Join(numbers, " "); got != want {
			t.Errorf("of a count of %d there are buses %s, want %s", count, got, want)
		}
	}
}

func TestOfTwoRowsOfOneVehicleThePresumedDelayStays(t *testing.T) {
	late := topics.Departure{Scheduled: eight, Estimated: eight.Add(6 * time.Minute), Presumed: true, Destination: "City", Run: "1"}
	twin := topics.Departure{Scheduled: eight, Destination: "City", Run: "2"}
	for _, list := range [][]topics.Departure{{late, twin}, {twin, late}} {
		if next, _ := departures.Next(list, eight, 0, 10); len(next) != 1 || !next[0].When().Equal(late.Estimated) {
			t.Errorf("of %+v there is %+v", list, next)
		}
	}
}
