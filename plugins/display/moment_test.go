package display

import (
	"image"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

func TestANumberIsTheWholeMinutesThatAreLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wait := time.Duration(rapid.Int64Range(0, int64(100*time.Minute)-1).Draw(t, "wait"))
		m := at(0, train(wait))
		list, _ := m.next(1)
		var minutes time.Duration
		for _, digit := range m.badge(list[0]) {
			minutes = 10*minutes + time.Duration(digit-'0')
		}
		if left := wait - minutes*time.Minute; left < 0 || left >= time.Minute {
			t.Errorf("%v before the departure it says %d", wait, minutes)
		}
	})
}

func TestWhatCanBeCaughtIsShown(t *testing.T) {
	standing := with(train(-20*time.Second), atPlatform)
	for _, test := range []struct {
		name  string
		d     topics.Departure
		walk  time.Duration
		age   time.Duration
		badge string // empty: it is not shown
	}{
		{"until the very moment", train(0), 0, 0, "0"},
		{"and gone at once", train(-time.Nanosecond), 0, 0, ""},
		{"a cancelled one goes, too", with(train(-time.Second), cancelled), 0, 0, ""},
		{"one that still stands there is caught", standing, 0, 0, "now"},
		{"but not on the word of an old reply", standing, 0, 2 * time.Minute, ""},
		{"nor by somebody who walks", standing, time.Minute, 0, ""},
		{"a train at its first stop leaves on time", with(train(4*time.Minute), atPlatform), 0, 0, "4"},
		{"the walk to the second", train(6 * time.Minute), 6 * time.Minute, 0, "6"},
		{"a second too late", train(6*time.Minute - time.Second), 6 * time.Minute, 0, ""},
		{"a cancelled one within the walk", with(train(time.Minute), cancelled), 6 * time.Minute, 0, ""},
		{"a cancelled one at the platform", with(with(train(0), cancelled), atPlatform), 0, 0, "✗"},
		{"a bus at the platform stays a bus", with(with(train(0), byBus), atPlatform), 0, 0, "🚌0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := at(test.age, test.d)
			m.departures.Walk = test.walk
			got := ""
			if list, _ := m.next(1); len(list) > 0 {
				got = m.badge(list[0])
			}
			if got != test.badge {
				t.Errorf("it shows %q, not %q", got, test.badge)
			}
		})
	}
}

func TestThatNothingElseLeavesIsSaidOnTheWordOfAReplyThatKnew(t *testing.T) {
	standing := with(train(-20*time.Second), atPlatform)
	for _, test := range []struct {
		name     string
		complete bool
		walk     time.Duration
		age      time.Duration
		list     []topics.Departure
		why      string
	}{
		{"an empty reply", true, 0, time.Minute, nil, noneLeft},
		{"an empty one of which parts were lost", false, 0, time.Minute, nil, later},
		{"one that brought what had gone", true, 0, 10 * time.Second, []topics.Departure{train(-20 * time.Second)}, noneLeft},
		{"one that brought a part, which had gone", false, 0, 10 * time.Second, []topics.Departure{train(-20 * time.Second)}, later},
		{"one that brought what has gone since", true, 0, 20 * time.Second, []topics.Departure{train(-20 * time.Second)}, later},
		{"one that brought what was too soon", true, 5 * time.Minute, 10 * time.Second, []topics.Departure{train(4 * time.Minute)}, missed},
		{"one that brought a part, which was too soon", false, 5 * time.Minute, 10 * time.Second, []topics.Departure{train(4 * time.Minute)}, later},
		{"one that brought what is too soon now", true, 5 * time.Minute, time.Minute, []topics.Departure{train(4 * time.Minute)}, missed},
		{"one that brought what leaves at this moment", true, 5 * time.Minute, 10 * time.Second, []topics.Departure{train(0)}, missed},
		{"one that brought what was too soon, and is gone", true, 5 * time.Minute, 10 * time.Second, []topics.Departure{train(-1)}, noneLeft},
		{"one that brought what is cancelled and too soon", true, 5 * time.Minute, 10 * time.Second, []topics.Departure{with(train(4*time.Minute), cancelled)}, noneLeft},
		{"one that found a train at the platform", true, 0, 2 * time.Minute, []topics.Departure{standing}, later},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := at(test.age, test.list...)
			m.departures.Walk, m.departures.Complete = test.walk, test.complete
			if list, why := m.next(1); why != test.why {
				t.Errorf("it shows %v and says %q, not %q", list, why, test.why)
			}
		})
	}
}

func TestTheCalendarDoesNotDisturbTheCountdown(t *testing.T) {
	for _, test := range []struct{ name, now, when, badge string }{
		{"over midnight", "2026-11-19T23:58:00+11:00", "2026-11-20T00:05:30+11:00", "7"},
		{"over new year", "2026-12-31T23:59:59+11:00", "2027-01-01T00:01:00+11:00", "1"},
		{"the hour that comes twice", "2026-04-05T02:50:00+11:00", "2026-04-05T02:10:00+10:00", "20"},
		{"the hour that is missing", "2026-10-04T01:50:00+10:00", "2026-10-04T03:10:00+11:00", "20"},
		{"a day that has 25 hours", "2026-04-04T12:00:00+11:00", "2026-04-05T12:00:00+10:00", "1d"},
		{"a day that has 23", "2026-10-03T12:00:00+10:00", "2026-10-04T12:00:00+11:00", "23h"},
		{"a day less a minute", "2026-11-19T12:00:00+11:00", "2026-11-20T11:59:00+11:00", "23h"},
	} {
		t.Run(test.name, func(t *testing.T) {
			when := must(time.Parse(time.RFC3339, test.when)).UTC()
			m := at(0, topics.Departure{Scheduled: when})
			m.now = must(time.Parse(time.RFC3339, test.now)).In(melbourne)
			list, why := m.next(1)
			if len(list) == 0 {
				t.Fatal(why)
			}
			if got := m.badge(list[0]); got != test.badge {
				t.Errorf("it shows %q, not %q", got, test.badge)
			}
		})
	}
}

func TestDataAgeByTheLoopsTimeAlone(t *testing.T) {
	for _, test := range []struct {
		age time.Duration
		old bool
		why string
	}{
		{0, false, ""},
		{time.Minute, false, ""},
		{time.Minute + 1, true, ""},
		{5 * time.Minute, true, ""},
		{5*time.Minute + 1, false, oldData},
	} {
		for _, step := range []time.Duration{0, -48 * time.Hour} {
			m := at(test.age, train(10*time.Minute))
			m.now = m.now.Add(step)
			_, why := m.next(1)
			if m.old() != test.old || why != test.why {
				t.Errorf("at the age of %v, with the clock stepped by %v: old is %v, and it says %q", test.age, step, m.old(), why)
			}
		}
	}
}

func TestATransferThatHangsIsNoticed(t *testing.T) {
	health := plugins.NewHealth(func() plugins.Instant { return 0 }, func(*plugins.Health) {})
	s := newScreen(plugins.Env{Health: health}, MAX7219{SPI: "SPI0.0", Width: 32})
	s.since = plugins.Instant(time.Hour)
	s.watch(s.since.Add(slow))
	if health.Condition != plugins.OK {
		t.Error("it was noticed too early")
	}
	s.watch(s.since.Add(slow + 1))
	if health.Condition != plugins.Degraded {
		t.Error("it was not noticed")
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
		m.shown = time.Duration(max(0, shown))
		for _, width := range []int{16, 32} {
			panelOf(width, func(on *image.Gray) { (&Departures{Disruptions: true}).draw(on, &m) })
			panelOf(width, func(on *image.Gray) { (&Minutes{}).draw(on, &m) })
		}
	})
}

func BenchmarkDraw(b *testing.B) {
	on := panelOf(32, func(*image.Gray) {})
	m := at(0, train(7*time.Minute), train(18*time.Minute))
	for name, draw := range map[string]func(*image.Gray, *moment){
		minutesPage: (&Minutes{}).draw, departuresPage: (&Departures{}).draw, clockPage: (&Clock{}).draw,
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
