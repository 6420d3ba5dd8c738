package display

import (
	"image"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ptvd/plugins/topics"
)

// next returns the next departures, n at most, and why there are none.
func (v *view) next(n int) ([]topics.Offer, topics.Absence) {
	list, why, _ := topics.Group{v.departures}.Next(v.Moment.Moment, n, v.Started)
	return list, why
}

func TestANumberIsTheWholeMinutesThatAreLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wait := time.Duration(rapid.Int64Range(0, int64(time.Hour)-1).Draw(t, "wait"))
		m := at(0, train(wait))
		list, _ := m.next(1)
		var minutes time.Duration
		for _, digit := range departure.badge(list[0], &m.Moment).text {
			minutes = 10*minutes + time.Duration(digit-'0')
		}
		if left := wait - minutes*time.Minute; left < 0 || left >= time.Minute {
			t.Errorf("%v before the departure it says %d", wait, minutes)
		}
	})
}

func TestDeparturesThatCanBeCaughtAreShown(t *testing.T) {
	standing := with(train(-20*time.Second), atPlatform)
	for _, test := range []struct {
		name  string
		d     topics.Departure
		walk  time.Duration
		age   time.Duration
		badge string // empty: it is not shown
	}{
		{"up to its time", train(0), 0, 0, "0"},
		{"not after it", train(-time.Nanosecond), 0, 0, ""},
		{"nor is a cancelled one", with(train(-time.Second), cancelled), 0, 0, ""},
		{"one that still stands at the platform", standing, 0, 0, "now"},
		{"but not by an old reply", standing, 0, 2 * time.Minute, ""},
		{"nor with a walk to it", standing, time.Minute, 0, ""},
		{"a train at its first stop leaves on time", with(train(4*time.Minute), atPlatform), 0, 0, "4"},
		{"the walk to the second", train(6 * time.Minute), 6 * time.Minute, 0, "6"},
		{"a second too late", train(6*time.Minute - time.Second), 6 * time.Minute, 0, ""},
		{"a cancelled one within the walk", with(train(time.Minute), cancelled), 6 * time.Minute, 0, ""},
		{"a cancelled one at the platform", with(with(train(time.Minute), cancelled), atPlatform), 0, 0, "✗"},
		{"a cancelled one goes by its schedule, not by its estimate", with(train(50*time.Second), cancelled), 0, 0, ""},
		{"a train stands at the platform for two minutes after its time", with(train(-2*time.Minute), atPlatform), 0, 0, "now"},
		{"and not for longer", with(train(-2*time.Minute-1), atPlatform), 0, 0, ""},
		{"a bus at the platform stays a bus", with(with(train(0), byBus), atPlatform), 0, 0, "🚌0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := at(test.age, test.d)
			m.departures.Walk = test.walk
			got := ""
			if list, _ := m.next(1); len(list) > 0 {
				got = departure.badge(list[0], &m.Moment).text
			}
			if got != test.badge {
				t.Errorf("it shows %q, not %q", got, test.badge)
			}
		})
	}
}

func TestTheCountdownIsRightOverCalendarBoundaries(t *testing.T) {
	for _, test := range []struct{ name, now, when, badge string }{
		{"over midnight", "2026-11-19T23:58:00+11:00", "2026-11-20T00:05:30+11:00", "7"},
		{"over new year", "2026-12-31T23:59:59+11:00", "2027-01-01T00:01:00+11:00", "1"},
		{"the hour that comes twice", "2026-04-05T02:50:00+11:00", "2026-04-05T02:10:00+10:00", "20"},
		{"the hour that is missing", "2026-10-04T01:50:00+10:00", "2026-10-04T03:10:00+11:00", "20"},
		{"a day that has 25 hours", "2026-04-04T12:00:00+11:00", "2026-04-05T12:00:00+10:00", "1d"},
		{"a day that has 23", "2026-10-03T12:00:00+10:00", "2026-10-04T12:00:00+11:00", "12:00"},
		{"a day less a minute", "2026-11-19T12:00:00+11:00", "2026-11-20T11:59:00+11:00", "11:59"},
	} {
		t.Run(test.name, func(t *testing.T) {
			when := must(time.Parse(time.RFC3339, test.when)).UTC()
			m := at(0, topics.Departure{Scheduled: when})
			m.Now = must(time.Parse(time.RFC3339, test.now)).In(melbourne)
			list, why := m.next(1)
			if len(list) == 0 {
				t.Fatal(why)
			}
			if got := departure.badge(list[0], &m.Moment).text; got != test.badge {
				t.Errorf("it shows %q, not %q", got, test.badge)
			}
		})
	}
}

func FuzzAnyDepartureCanBeDrawn(f *testing.F) {
	f.Add("Dandenong", "96", "2", "Works at Caulfield", int64(7*time.Minute), int64(0), false)
	f.Add("東京 \xff\n", strings.Repeat("9", 1000), "", "", int64(math.MaxInt64), int64(time.Hour), true)
	f.Fuzz(func(t *testing.T, destination, number, platform, disruption string, in, shown int64, cancelled bool) {
		m := at(0, topics.Departure{
			Scheduled: noon.Add(time.Duration(in)), Destination: destination, Number: number, Platform: platform,
			Disruptions: []string{disruption}, Cancelled: cancelled,
		})
		m.Shown = time.Duration(max(0, shown))
		for _, width := range []int{16, 32} {
			panelOf(width, func(on *image.Gray) { rowsOf(&Departures{Rows: 2, Disruptions: true})(on, &m) })
			panelOf(width, func(on *image.Gray) { departuresPages["minutes"](on, &m) })
		}
	})
}

func BenchmarkDraw(b *testing.B) {
	on := panelOf(32, func(*image.Gray) {})
	m := at(0, train(7*time.Minute), train(18*time.Minute))
	for name, draw := range map[string]drawing{
		"minutes": departuresPages["minutes"], "departures": departuresPages["departures"],
		"clock": func(on *image.Gray, v *view) { (&Clock{}).draw(on, &v.Moment, nil) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				clear(on.Pix)
				draw(on, &m)
			}
		})
	}
}
