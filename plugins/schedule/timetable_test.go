package schedule

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ptvd/plugins"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func at(t testing.TB, zone *time.Location, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func entry(t testing.TB, at, days, cron string) Entry {
	t.Helper()
	var e Entry
	if at != "" {
		e.At = make([]At, 1)
		if err := e.At[0].UnmarshalText([]byte(at)); err != nil {
			t.Fatal(err)
		}
	}
	if days != "" {
		e.Days = make([]Days, 1)
		if err := e.Days[0].UnmarshalText([]byte(days)); err != nil {
			t.Fatal(err)
		}
	}
	if cron != "" {
		if err := e.Cron.UnmarshalText([]byte(cron)); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// next is that of a timetable, with times.
func next(e Entry, place plugins.Position, after time.Time) time.Time {
	var all timetable
	all.set(&e, place)
	due := all.next(after.Unix(), after.Unix()+inAYear, after.Location())
	if due == 0 {
		return time.Time{}
	}
	return time.Unix(due, 0).In(after.Location())
}

// civilOf returns what the clocks show at an instant, as a time in UTC.
func civilOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
}

// dues returns when an entry is due on a day and on the next, with the offset.
func dues(t testing.TB, e Entry, place plugins.Position, zone *time.Location, day string) (all []string) {
	t.Helper()
	begin := at(t, zone, day+" 00:00").Add(-1)
	for due := begin; ; {
		if due = next(e, place, due); due.IsZero() || due.Sub(begin) > 48*time.Hour {
			return all
		}
		all = append(all, due.Format("02 15:04 -0700"))
	}
}

func TestWhatTheClockSkipsIsDueOnceRightAfterTheGap(t *testing.T) {
	for _, c := range []struct{ zone, day, at, cron, want string }{
		{"Australia/Melbourne", "2026-10-04", "02:30", "", "[04 03:00 +1100 05 02:30 +1100]"},
		{"Australia/Melbourne", "2026-10-04", "", "*/20 2-3 4 * *", "[04 03:00 +1100 04 03:20 +1100 04 03:40 +1100]"},
		{"Australia/Lord_Howe", "2026-10-04", "02:00", "", "[04 02:30 +1100 05 02:00 +1100]"},
		{"Australia/Lord_Howe", "2026-10-04", "02:29", "", "[04 02:30 +1100 05 02:29 +1100]"},
		{"Australia/Lord_Howe", "2026-10-04", "02:30", "", "[04 02:30 +1100 05 02:30 +1100]"},
		{"Australia/Lord_Howe", "2026-10-04", "", "*/10 2 4 * *", "[04 02:30 +1100 04 02:40 +1100 04 02:50 +1100]"},
		{"Pacific/Chatham", "2026-09-27", "03:10", "", "[27 03:45 +1345 28 03:10 +1345]"},
		{"Pacific/Chatham", "2026-09-27", "02:44", "", "[27 02:44 +1245 28 02:44 +1345]"},
		{"Pacific/Chatham", "2026-09-27", "", "*/15 3 27 * *", "[27 03:45 +1345]"},
	} {
		if got := fmt.Sprint(dues(t, entry(t, c.at, "", c.cron), plugins.Position{}, zone(t, c.zone), c.day)); got != c.want {
			t.Errorf("%s on %s: %s%s is due at %s, want %s", c.zone, c.day, c.at, c.cron, got, c.want)
		}
	}
}

func TestWhatTheClockShowsTwiceIsDueOnceTheFirstTime(t *testing.T) {
	for _, c := range []struct{ zone, day, at, cron, want string }{
		{"Australia/Melbourne", "2026-04-05", "02:30", "", "[05 02:30 +1100 06 02:30 +1000]"},
		{"Australia/Melbourne", "2026-04-05", "03:00", "", "[05 03:00 +1000 06 03:00 +1000]"},
		{"Australia/Lord_Howe", "2026-04-05", "01:30", "", "[05 01:30 +1100 06 01:30 +1030]"},
		{"Australia/Lord_Howe", "2026-04-05", "01:59", "", "[05 01:59 +1100 06 01:59 +1030]"},
		{"Australia/Lord_Howe", "2026-04-05", "", "*/15 1-2 5 * *", "[05 01:00 +1100 05 01:15 +1100 05 01:30 +1100 05 01:45 +1100 05 02:00 +1030 05 02:15 +1030 05 02:30 +1030 05 02:45 +1030]"},
		{"Pacific/Chatham", "2026-04-05", "02:45", "", "[05 02:45 +1345 06 02:45 +1245]"},
		{"Pacific/Chatham", "2026-04-05", "03:44", "", "[05 03:44 +1345 06 03:44 +1245]"},
		{"Pacific/Chatham", "2026-04-05", "03:45", "", "[05 03:45 +1245 06 03:45 +1245]"},
	} {
		if got := fmt.Sprint(dues(t, entry(t, c.at, "", c.cron), plugins.Position{}, zone(t, c.zone), c.day)); got != c.want {
			t.Errorf("%s on %s: %s%s is due at %s, want %s", c.zone, c.day, c.at, c.cron, got, c.want)
		}
	}
}

// TestEveryCivilMinuteIsDueWhenTheClockFirstReachesIt compares the rule with a clock on a
// wall that is watched for two days around a change: what it reaches or jumps over is due.
func TestEveryCivilMinuteIsDueWhenTheClockFirstReachesIt(t *testing.T) {
	zones := []string{
		"Australia/Lord_Howe", "Pacific/Chatham", "Australia/Melbourne", "Europe/London", "America/Havana",
		"America/Santiago", "Asia/Beirut", "Africa/Casablanca", "Antarctica/Troll", "Asia/Kathmandu",
	}
	rapid.Check(t, func(r *rapid.T) {
		zone := zone(t, rapid.SampledFrom(zones).Draw(r, "zone"))
		someday := time.Unix(rapid.Int64Range(1_735_689_600, 2_050_000_000).Draw(r, "time"), 0).In(zone)
		if _, change := someday.ZoneBounds(); !change.IsZero() {
			someday = change
		}
		begin := someday.Add(-24 * time.Hour).Truncate(time.Minute)
		minutes := rapid.SliceOfNDistinct(rapid.IntRange(0, 59), 1, 5, rapid.ID).Draw(r, "minutes")
		hours := rapid.SliceOfNDistinct(rapid.IntRange(0, 23), 1, 5, rapid.ID).Draw(r, "hours")
		matches := func(civil time.Time) bool {
			return slices.Contains(minutes, civil.Minute()) && slices.Contains(hours, civil.Hour())
		}

		var want, got []string
		highest := civilOf(begin)
		for now := begin.Add(time.Minute); now.Sub(begin) <= 48*time.Hour; now = now.Add(time.Minute) {
			due := false
			for ; highest.Before(civilOf(now)); highest = highest.Add(time.Minute) {
				due = due || matches(highest.Add(time.Minute))
			}
			if due {
				want = append(want, now.String())
			}
		}

		expression := ""
		for i, list := range [][]int{minutes, hours} {
			for j, n := range list {
				if j > 0 {
					expression += ","
				}
				expression += fmt.Sprint(n)
			}
			expression += []string{" ", " * * *"}[i]
		}
		times := entry(t, "", "", expression)
		for due := next(times, plugins.Position{}, begin); due.Sub(begin) <= 48*time.Hour; due = next(times, plugins.Position{}, due) {
			got = append(got, due.String())
		}
		if !slices.Equal(got, want) {
			r.Errorf("%s from %v on: due at %v, want %v", expression, begin, got, want)
		}
	})
}

func TestDaysOfTheWeek(t *testing.T) {
	melbourne := zone(t, "Australia/Melbourne")
	for days, want := range map[string]string{
		"":        "[18 07:00 +1100 19 07:00 +1100]",
		"thu":     "[19 07:00 +1100]",
		"mon-fri": "[18 07:00 +1100 19 07:00 +1100]",
		"sat-wed": "[18 07:00 +1100]",
		"sat-sun": "[]",
	} {
		if got := fmt.Sprint(dues(t, entry(t, "07:00", days, ""), plugins.Position{}, melbourne, "2026-11-18")); got != want {
			t.Errorf("%q: due at %s, want %s", days, got, want)
		}
	}
}

// The times are those of NOAA's solar calculator. The library is exact to some minutes, and
// less where the sun touches the horizon at a flat angle.
func TestSunriseAndSunset(t *testing.T) {
	for _, c := range []struct {
		zone, day, at string
		place         plugins.Position
		want          string
	}{
		{"Australia/Melbourne", "2026-11-19", "sunrise", plugins.Position{Latitude: -37.81, Longitude: 144.96}, "2026-11-19 05:57"},
		{"Australia/Melbourne", "2026-11-19", "sunset", plugins.Position{Latitude: -37.81, Longitude: 144.96}, "2026-11-19 20:14"},
		{"Australia/Melbourne", "2026-11-19", "sunset -20m", plugins.Position{Latitude: -37.81, Longitude: 144.96}, "2026-11-19 19:54"},
		{"Australia/Melbourne", "2026-11-19", "sunset +4h", plugins.Position{Latitude: -37.81, Longitude: 144.96}, "2026-11-19 00:14"},
		{"Europe/Oslo", "2026-06-01", "sunset", plugins.Position{Latitude: 69.65, Longitude: 18.96}, "2026-07-27 00:13"},
	} {
		zone := zone(t, c.zone)
		got := next(entry(t, c.at, "", ""), c.place, at(t, zone, c.day+" 00:00"))
		if d := got.Sub(at(t, zone, c.want)).Abs(); d > 20*time.Minute || c.zone != "Europe/Oslo" && d > 3*time.Minute {
			t.Errorf("%s %s from %s on: %v, want %s", c.zone, c.at, c.day, got, c.want)
		}
	}
}

func TestTheSunOfChathamRisesEveryDayOnceAndOnItsDay(t *testing.T) {
	chatham := zone(t, "Pacific/Chatham")
	e, place := entry(t, "sunrise", "sun", ""), plugins.Position{Latitude: -43.95, Longitude: -176.56}
	due := at(t, chatham, "2026-01-01 00:00")
	for n := range 52 {
		next := next(e, place, due)
		if next.Weekday() != time.Sunday || next.Hour() < 4 || next.Hour() > 8 || n > 0 && (next.Sub(due)-7*24*time.Hour).Abs() > 2*time.Hour {
			t.Errorf("after %v the sun rises at %v", due, next)
		}
		due = next
	}
}

func FuzzTimes(f *testing.F) {
	for _, text := range []string{"07:00", "sunset -20m", "mon-fri", "*/15 6-9 * * 1-5", "0 0 31 2 *", "TZ=x", "sunrise +6h1m", "0 7 * * 0-6/2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var e Entry
		var time At
		var days Days
		if time.UnmarshalText([]byte(text)) == nil {
			e.At = []At{time}
		}
		if days.UnmarshalText([]byte(text)) == nil && days == 0 {
			t.Errorf("%q are no days", text)
		}
		if e.Cron.UnmarshalText([]byte(text)) != nil {
			e.Cron = ""
		}
		if now := time2026; len(e.At) > 0 || e.Cron != "" {
			if due := next(e, plugins.Position{Latitude: -37.81, Longitude: 144.96}, now); !due.After(now) {
				t.Errorf("%q is due at %v, which is not after %v", text, due, now)
			}
		}
	})
}

var time2026 = time.Date(2026, 11, 18, 20, 52, 0, 0, time.UTC)
