package display

import (
	"image"
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
)

// words returns what the pages minutes and departures say of a group, and the badges.
func wordsOf(g topics.Group, now time.Time) (minutes, rows string, badges []string) {
	m := panel.Moment{Moment: topics.Moment{Now: now, Synchronized: true, Mono: tenHours}, Step: 100 * time.Millisecond}
	on := image.NewGray(image.Rect(0, 0, 64, 8))
	(&Minutes{}).draw(on, g, &m)
	minutes = string(m.Words)
	newDepartures(&Departures{Rows: 4, Platform: true}).draw(on, g, &m)
	list, _, _ := g.Next(m.Moment, 4, 0)
	for _, one := range list {
		badges = append(badges, departure.badge(one, &m).text)
	}
	return minutes, string(m.Words), badges
}

func stop(name string, zone *time.Location, list ...topics.Departure) topics.Departures {
	d := at(0, list...).departures
	d.Stop, d.Zone = name, zone
	return d
}

func TestAPageNamesTheStopWhereTheyDiffer(t *testing.T) {
	for want, g := range map[[2]string]topics.Group{
		{"7 min from Hill Road, 18 min from Lake", "Dandenong from Hill Road, platform 2: 7 min"}: {stop("Hill Road", nil, train(7*minute)), stop("Lake", nil, train(18*minute))},
		{"7 min, 18 min", "Dandenong, platform 2: 7 min"}:                                         {stop("Hill", nil, train(7*minute)), stop("Hill Station", nil, train(18*minute))},
	} {
		if minutes, rows, _ := wordsOf(g, noon); minutes != want[0] || rows != want[1] {
			t.Errorf("got %q and %q, want %q", minutes, rows, want)
		}
	}
}

func TestAChangedPlatformIsToldAlways(t *testing.T) {
	for want, change := range map[string]func(*topics.Departure){
		"Dandenong":                        func(d *topics.Departure) { d.ScheduledPlatform = "2" },
		"Dandenong, changed to platform 2": func(d *topics.Departure) { d.ScheduledPlatform = "1" },
		"Dandenong, changed to bay 2":      func(d *topics.Departure) { d.ScheduledPlatform, d.Bay = "A", true },
	} {
		v := at(0, with(train(7*minute), change))
		rows := newDepartures(&Departures{Rows: 1}).rows([]topics.Offer{{Departure: v.departures.List[0], At: &v.departures}}, false, &v.Moment)
		if rows[0].text != want {
			t.Errorf("it shows %q, want %q", rows[0].text, want)
		}
	}
}

// Lord Howe puts its clocks forward by half an hour.
func TestTimesArePerStopInItsOwnZone(t *testing.T) {
	lordHowe, melbourne := must(time.LoadLocation("Australia/Lord_Howe")), must(time.LoadLocation("Australia/Melbourne"))
	for _, c := range []struct {
		name, now string
		board     *time.Location
		leaves    []string // at Lord Howe, at Melbourne, and at a stop without a zone
		want      [3]string
	}{
		{"over midnight", "2026-11-19T23:30:00+11:00", melbourne, []string{"2026-11-20T01:00:00+11:00", "2026-11-20T01:10:00+11:00", "2026-11-20T01:20:00+11:00"}, [3]string{"01:00", "01:10", "01:20"}},
		{"in winter they differ by half an hour", "2026-07-01T12:00:00+10:00", melbourne, []string{"2026-07-01T13:10:00+10:00", "2026-07-01T13:20:00+10:00", "2026-07-01T13:30:00+10:00"}, [3]string{"13:40", "13:20", "13:30"}},
		{"a board of Lord Howe", "2026-07-01T12:00:00+10:00", lordHowe, []string{"2026-07-01T13:10:00+10:00", "2026-07-01T13:20:00+10:00", "2026-07-01T13:30:00+10:00"}, [3]string{"13:40", "13:20", "14:00"}},
		// 2026-10-03T15:30Z: 2:00 on Lord Howe becomes 2:30; Melbourne follows at 16:00Z.
		{"Lord Howe has put its clocks forward, and Melbourne has not", "2026-10-03T14:20:00Z", melbourne, []string{"2026-10-03T15:29:00Z", "2026-10-03T15:30:00Z", "2026-10-03T15:40:00Z"}, [3]string{"01:59", "01:30", "01:40"}},
		{"the half hour that is missing", "2026-10-03T14:20:00Z", melbourne, []string{"2026-10-03T15:30:00Z", "2026-10-03T15:59:00Z", "2026-10-03T16:00:00Z"}, [3]string{"02:30", "01:59", "03:00"}},
		// 2026-04-04T15:00Z: 2:00 on Lord Howe becomes 1:30; Melbourne has 3:00 again as 2:00 at 16:00Z.
		{"the half hour that comes twice", "2026-04-04T13:30:00Z", melbourne, []string{"2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z", "2026-04-04T15:20:00Z"}, [3]string{"01:45", "02:15", "02:20"}},
		{"and again", "2026-04-04T14:10:00Z", melbourne, []string{"2026-04-04T15:15:00Z", "2026-04-04T16:00:00Z", "2026-04-04T16:05:00Z"}, [3]string{"01:45", "02:00", "02:05"}},
	} {
		var g topics.Group
		for i, zone := range []*time.Location{lordHowe, melbourne, nil} {
			leaves := must(time.Parse(time.RFC3339, c.leaves[i]))
			g = append(g, stop(string(rune('A'+i)), zone, topics.Departure{Scheduled: leaves.UTC(), Destination: "X"}))
		}
		now := must(time.Parse(time.RFC3339, c.now)).In(c.board)
		_, _, badges := wordsOf(g, now)
		if [3]string(badges) != c.want {
			t.Errorf("%s: the panel shows %v, want %v", c.name, badges, c.want)
		}
		m := panel.Moment{Moment: topics.Moment{Now: now, Synchronized: true}}
		if (&Clock{}).draw(image.NewGray(image.Rect(0, 0, 32, 8)), &m, nil); string(m.Words) != now.Format("15:04") {
			t.Errorf("%s: the clock says %s, want that of the board, %s", c.name, m.Words, now.Format("15:04"))
		}
	}
}

func TestDataOfAStandInAreMarkedAndThoseThatAreOldToo(t *testing.T) {
	row := func(s shown) (lit string, words string) {
		on, m := image.NewGray(image.Rect(0, 0, 8, 8)), at(0).Moment
		m.Say("7 min")
		s.mark(on, &m)
		for x := range 8 {
			lit += map[bool]string{true: "█", false: " "}[on.GrayAt(x, 7).Y > 0]
		}
		return lit, string(m.Words)
	}
	fresh, old := topics.Group{at(0).departures}, topics.Group{at(2 * time.Minute).departures}
	for want, s := range map[[2]string]shown{
		{"        ", "7 min"}:                         {Group: fresh},
		{" █ █ █ █", "7 min (old data)"}:              {Group: old},
		{"██  ██  ", "7 min (from world)"}:            {Group: fresh, isStandIn: true, standIn: "world"},
		{"██ ███ █", "7 min (from world) (old data)"}: {Group: old, isStandIn: true, standIn: "world"},
	} {
		if lit, words := row(s); lit != want[0] || words != want[1] {
			t.Errorf("got %q and %q, want %q", lit, words, want)
		}
	}
	if lit, words := row(shown{Group: append(topics.Group{{}}, fresh...)}); lit != " █ █ █ █" || words != "7 min (old data)" {
		t.Errorf("a page of two stops, one without data: %q, %q", lit, words)
	}
	stale := shown{Group: topics.Group{at(time.Hour).departures}}
	if lit, words := row(stale); lit != "        " || words != "7 min" {
		t.Errorf("a page that says Old data is marked: %q, %q", lit, words)
	}
}

func TestSourcesThatCannotBeMeantAreRefused(t *testing.T) {
	a, b := plugins.From[topics.Departures]{Instance: "a"}, plugins.From[topics.Departures]{Instance: "b"}
	type list = []plugins.From[topics.Departures]
	for want, s := range map[string]Sources{
		"":                                  {From: list{a, b}},
		"a is named twice in from and else": {From: list{a, b, a}},
		"b is named twice in from and else": {From: list{a, b}, Else: list{b}},
		"write lines, towards or platforms": {From: list{a}, Else: list{b}, Filter: topics.Filter{Directions: []string{"1"}}},
	} {
		if err := (&Departures{Sources: s}).Validate(); (err != nil) != (want != "") || err != nil && !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
