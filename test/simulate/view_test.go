package simulate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

func TestOracleJudgesSeveralStopsAndAPartOfThem(t *testing.T) {
	// To the city in 7:30 and 9:30; to the university, which is at the other stop, in 5:30
	// and, with a reply of MOTIS, the one to the city in 7:30 once more.
	trains := []string{"a Pakenham Flinders_Street 450", "b Cranbourne Flinders_Street 570"}
	other := map[string][]string{"trams": {"c 601 Monash 330"}, "world": {"a Pakenham Flinders_Street 450", "d Pakenham Dandenong 510"}}
	for name, c := range map[string]struct {
		view     view
		trains   time.Duration // age of the reply; negative: there is none
		other    time.Duration
		complete bool // no more than these
		after    time.Duration
		shows    reading
		want     string // part of the failure; empty: the picture is correct
	}{
		"both stops":                          {view: view{with: "trams"}, shows: minutes("5", "7")},
		"one of two stops":                    {view: view{with: "trams"}, shows: minutes("7", "9"), want: "[5|7]"},
		"one stop":                            {shows: minutes("7", "9")},
		"another stop that is not shown":      {shows: minutes("5", "7"), want: "[7|9]"},
		"a vehicle of both services":          {view: view{with: "world"}, shows: minutes("7", "8")},
		"the same twice":                      {view: view{with: "world"}, shows: minutes("7", "7"), want: "[7|8]"},
		"a line":                              {view: view{with: "trams", filter: linesFilter}, shows: minutes("5", "7")},
		"a part of one stop":                  {view: view{with: "", filter: linesFilter}, shows: minutes("7", "")},
		"another line":                        {view: view{with: "", filter: linesFilter}, shows: minutes("7", "9"), want: "[7]"},
		"a sign that is not wanted":           {view: view{with: "world", filter: linesFilter}, shows: minutes("7", "9"), want: "[7|8]"},
		"the mark of the oldest":              {view: view{with: "trams"}, other: 250 * time.Second, shows: old(minutes("5", "7"))},
		"the age of the newest":               {view: view{with: "trams"}, other: 250 * time.Second, shows: minutes("5", "7"), want: "mark"},
		"one without data":                    {view: view{with: "trams"}, other: -1, shows: old(minutes("7", "9"))},
		"one without data, and no mark":       {view: view{with: "trams"}, other: -1, shows: minutes("7", "9"), want: "mark"},
		"one that is too old":                 {view: view{with: "trams"}, trains: 301 * time.Second, shows: old(minutes("5", ""))},
		"departures of one that is too old":   {view: view{with: "trams"}, trains: 301 * time.Second, shows: old(minutes("5", "7")), want: "[5]"},
		"no more":                             {view: view{with: "trams"}, complete: true, after: 10 * time.Minute, trains: 10 * time.Second, other: 10 * time.Second, shows: text("No more")},
		"no more, although one does not say":  {view: view{with: "trams"}, after: 10 * time.Minute, trains: 10 * time.Second, other: 10 * time.Second, shows: text("No more"), want: `"Later"`},
		"no more, although one has no data":   {view: view{with: "trams"}, complete: true, after: 10 * time.Minute, trains: 10 * time.Second, other: -1, shows: old(text("No more")), want: "nothing was received"},
		"no data of one, and no more of all":  {view: view{with: "trams"}, complete: true, after: 10 * time.Minute, trains: 10 * time.Second, other: -1, shows: old(text("No data"))},
		"a filter that some departures match": {view: view{with: "trams", filter: linesFilter}, shows: text("Filter?"), want: "[5|7]"},
		"a filter that none matches":          {view: view{with: "", filter: ", lines: [601, pakenham]"}, trains: -1, shows: text("Filter?"), want: "nothing was received"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1, 3*time.Hour)
			w.config.walk, w.config.width, w.config.rows, w.config.view = 0, 32, 2, c.view
			w.config.directions, w.config.stop = "", trainStop
			o := w.oracle
			o.boot()
			o.timeReplies, o.syncedBy = 3, 0
			w.pass(time.Hour)
			o.loadingSince, o.trams.loadingSince, o.world.loadingSince, o.shownSince = o.clock.Now(), o.clock.Now(), o.clock.Now(), o.clock.Now()
			n := 1 // in each direction
			if c.complete {
				n = 10
			}
			at := w.now()
			receive := func(f *feed, rows []string, period, age time.Duration) {
				if age < 0 {
					return
				}
				f.add(&reply{
					body: rowsOf(at.Add(-c.after), rows), maxResults: n, count: 8, period: period, catchable: at.Add(-time.Hour),
					exact: true, accepted: true, received: o.clock.Now().Add(-age - time.Second),
				})
				f.dataBy = scheduler.Instant(1)
			}
			receive(&o.feed, trains, time.Minute, c.trains)
			receive(map[string]*feed{"trams": &o.trams, "world": &o.world, "": &o.world}[c.view.with], other[c.view.with], 2*time.Minute, c.other)
			o.judge(c.shows)
			got := strings.Join(w.Failures, "\n")
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("failures %q, want one with %q", got, c.want)
			}
		})
	}
}

// rowsOf returns a reply of the PTV API: run, line, destination and seconds of each row.
func rowsOf(now time.Time, rows []string) []byte {
	var list, runs, routes []string
	for i, row := range rows {
		var run, line, to string
		var in int
		if _, err := fmt.Sscan(row, &run, &line, &to, &in); err != nil {
			panic(err)
		}
		at := now.Add(time.Duration(in) * time.Second).UTC().Format(time.RFC3339Nano)
		list = append(list, fmt.Sprintf(`{"run_ref": %q, "route_id": %d, "direction_id": %[2]d, "scheduled_departure_utc": %[3]q, "estimated_departure_utc": %[3]q}`, run, i+1, at))
		runs = append(runs, fmt.Sprintf(`%q: {"destination_name": %q}`, run, strings.ReplaceAll(to, "_", " ")))
		routes = append(routes, fmt.Sprintf(`"%d": {"route_name": %q}`, i+1, line))
	}
	return fmt.Appendf(nil, `{"departures": [%s], "runs": {%s}, "routes": {%s}}`, strings.Join(list, ","), strings.Join(runs, ","), strings.Join(routes, ","))
}
