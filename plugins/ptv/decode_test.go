package ptv

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
	"ptvd/plugins/topics"
)

// oneDeparture is a reply with one departure, of which tests replace parts.
const oneDeparture = `{
	"departures": [{
		"stop_id": 7, "route_id": 3, "run_id": 55, "run_ref": "55", "direction_id": 1, "disruption_ids": [9, 8],
		"scheduled_departure_utc": "2026-05-01T09:00:00Z", "estimated_departure_utc": "2026-05-01T09:01:30Z",
		"at_platform": true, "platform_number": "4", "flags": "", "departure_sequence": 2
	}],
	"stops": {"7": {"stop_id": 7, "stop_name": "Hill Top"}},
	"routes": {"3": {"route_id": 3, "route_name": "Valley", "route_number": ""}},
	"runs": {"55": {"run_ref": "55", "destination_name": "Lake", "status": "scheduled", "express_stop_count": 0}},
	"directions": {"1": {"direction_id": 1, "direction_name": "Down"}},
	"disruptions": {
		"8": {"title": "Lifts out of order", "from_date": "2026-04-01T00:00:00Z", "to_date": null},
		"9": {"title": "Works in winter", "from_date": "2026-06-01T00:00:00Z", "to_date": "2026-07-01T00:00:00Z"}
	},
	"status": {"version": "3.0", "health": 1}
}`

func decoded() topics.Departure {
	return topics.Departure{
		Scheduled: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC),
		Estimated: time.Date(2026, 5, 1, 9, 1, 30, 0, time.UTC),
		Route:     "Valley", Direction: "Down", Destination: "Lake", Headsign: "Lake", Platform: "4", Run: "55", RouteID: "3", DirectionID: "1",
		AtPlatform: true, Disruptions: []string{"Lifts out of order"},
	}
}

func TestFieldsOfADeparture(t *testing.T) {
	type edit = func(*topics.Departure)
	for name, test := range map[string]struct {
		from, to string
		want     edit
	}{
		"unchanged":                  {``, ``, func(*topics.Departure) {}},
		"express":                    {`"express_stop_count": 0`, `"express_stop_count": 3`, func(d *topics.Departure) { d.Express = true }},
		"cancelled, with estimate":   {`"status": "scheduled"`, `"status": "cancelled"`, func(d *topics.Departure) { d.Cancelled = true }},
		"replaced by bus":            {`"flags": ""`, `"flags": "RRB-RUN_12"`, func(d *topics.Departure) { d.ReplacedByBus = true }},
		"another flag":               {`"flags": ""`, `"flags": "S_WCA-RUN_12"`, func(*topics.Departure) {}},
		"no estimate":                {`"2026-05-01T09:01:30Z"`, `null`, func(d *topics.Departure) { d.Estimated = time.Time{} }},
		"an implausible estimate":    {`"2026-05-01T09:01:30Z"`, `"0001-01-01T00:00:00Z"`, func(d *topics.Departure) { d.Estimated = time.Time{} }},
		"only an estimate":           {`"2026-05-01T09:00:00Z"`, `null`, func(d *topics.Departure) { d.Scheduled = d.Estimated }},
		"a time with fractions":      {`09:01:30Z`, `09:01:30.0000000`, func(*topics.Departure) {}},
		"a time with an offset":      {`09:01:30Z`, `19:01:30+10:00`, func(*topics.Departure) {}},
		"no platform":                {`"platform_number": "4"`, `"platform_number": null`, func(d *topics.Departure) { d.Platform = "" }},
		"a platform as a number":     {`"platform_number": "4"`, `"platform_number": 4`, func(*topics.Departure) {}},
		"a platform as a list":       {`"platform_number": "4"`, `"platform_number": ["4"]`, func(d *topics.Departure) { d.Platform = "" }},
		"ids as text":                {`"route_id": 3, "run_id"`, `"route_id": "3", "run_id"`, func(*topics.Departure) {}},
		"a bool as text":             {`"at_platform": true`, `"at_platform": "True"`, func(*topics.Departure) {}},
		"a bool as a number":         {`"at_platform": true`, `"at_platform": 0`, func(d *topics.Departure) { d.AtPlatform = false }},
		"a route that is missing":    {`"routes": {"3"`, `"routes": {"33"`, func(d *topics.Departure) { d.Route = "" }},
		"routes as a list":           {`"routes": {"3": {"route_id": 3, "route_name": "Valley", "route_number": ""}}`, `"routes": []`, func(d *topics.Departure) { d.Route = "" }},
		"a route that is a string":   {`{"route_id": 3, "route_name": "Valley", "route_number": ""}`, `"Valley"`, func(d *topics.Departure) { d.Route = "" }},
		"disruptions that are null":  {`"disruptions": {`, `"disruptions": null, "was": {`, func(d *topics.Departure) { d.Disruptions = nil }},
		"disruption ids as a string": {`[9, 8]`, `"9, 8"`, func(d *topics.Departure) { d.Disruptions = nil }},
		"a disruption twice":         {`[9, 8]`, `[8, 8, {}, "8"]`, func(*topics.Departure) {}},
		"no destination":             {`"destination_name": "Lake"`, `"destination_name": null`, func(d *topics.Departure) { d.Destination, d.Headsign = "Down", "Down" }},
		"a destination with a street": {`"Lake"`, `"Lake/North Rd"`, func(d *topics.Departure) {
			d.Destination, d.Headsign = "Lake/North Rd", "Lake"
		}},
		"a run that is missing": {`"runs": {"55"`, `"runs": {"5"`, func(d *topics.Departure) {
			d.Destination, d.Headsign, d.Presumed = "Down", "Down", true
		}},
		"the City Circle, whose route is missing": {`"route_id": 3, "run_id"`, `"route_id": 99, "run_id"`, func(d *topics.Departure) {
			d.RouteID = "99"
			d.Route, d.Headsign = "City Circle", "City Circle"
		}},
		"a number in a name that is too long": {`"Valley"`, `"` + strings.Repeat("Valley ", 15) + `(Route 737)"`, func(d *topics.Departure) {
			d.Route, d.Number = strings.TrimSpace(strings.Repeat("Valley ", 12))[:79]+"…", "737"
		}},
		"a route with via": {`"Valley"`, `"Hill Top - Lake via Dam & Weir (from May)"`, func(d *topics.Departure) {
			d.Route = "Hill Top - Lake via Dam & Weir (from May)"
		}},
		"text with control characters": {`"Lake"`, `"\u001b[2J La\u0000ke\r\n\u202eWest\t "`, func(d *topics.Departure) {
			d.Destination, d.Headsign = "[2J La ke West", "[2J La ke West"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(oneDeparture, test.from) {
				t.Fatalf("the reply does not contain %s", test.from)
			}
			want := decoded()
			test.want(&want)
			b, list, err := decodeTimetable(sources.Parse([]byte(strings.Replace(oneDeparture, test.from, test.to, 1))), 7)
			if err != nil || len(list) != 1 || b.Stop != "Hill Top" || !b.Complete {
				t.Fatalf("decoded %+v, %v", b, err)
			}
			if got := list[0]; !reflect.DeepEqual(got, want) {
				t.Errorf("\n got %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestUnknownFlagsAndStatusesAreReportedAndIgnored(t *testing.T) {
	body := strings.NewReplacer(`"flags": ""`, `"flags": "E-S_WCA-XYZ-RUN_12-XYZ"`, `"status": "scheduled"`, `"status": "Diverted"`).Replace(oneDeparture)
	b, list, err := decodeTimetable(sources.Parse([]byte(body)), 7)
	if got := strings.Join(b.Unknown, ", "); err != nil || got != "flag XYZ, status diverted" || !reflect.DeepEqual(list[0], decoded()) {
		t.Errorf("unknown %q, %v: %+v", got, err, list)
	}
}

func TestAnInvalidDepartureIsSkipped(t *testing.T) {
	for _, invalid := range []string{`"x"`, `null`, `7`, `[]`, `{}`, `{"scheduled_departure_utc": "soon"}`, `{"scheduled_departure_utc": {"at": 1}}`} {
		b, list, err := decodeTimetable(sources.Parse([]byte(strings.Replace(oneDeparture, `[{`, `[`+invalid+`, {`, 1))), 7)
		if err != nil || len(list) != 1 || list[0].Destination != "Lake" || b.Complete {
			t.Errorf("with %s: %+v, %v", invalid, b, err)
		}
	}
}

func TestAnInvalidReplyIsNotAnEmptyList(t *testing.T) {
	for _, body := range []string{
		`{}`, `[]`, `null`, `7`, `{"departures": null}`, `{"departures": {}}`, `{"departures": "none"}`,
		`{"departures": [{}]}`, `{"departures": ["x", 7]}`, `{"departures": []`,
	} {
		if b, _, err := decodeTimetable(sources.Parse([]byte(body)), 7); err == nil {
			t.Errorf("%s is decoded as %+v", body, b)
		}
	}
	if b, list, err := decodeTimetable(sources.Parse([]byte(`{"departures": []}`)), 7); err != nil || len(list) != 0 || !b.Complete {
		t.Errorf("no departures: %+v, %v", b, err)
	}
}

func TestTheNumberOfDeparturesAndTheLengthOfNamesAreLimited(t *testing.T) {
	_, rest, _ := strings.Cut(oneDeparture, `"departures": [`)
	departure, _, _ := strings.Cut(rest, "],\n\t\"stops\"")
	body := fmt.Sprintf(`{"departures": [%s%s]}`, strings.Repeat(departure+",", 5000), departure)
	b, list, err := decodeTimetable(sources.Parse([]byte(body)), 7)
	if err != nil || len(list) != sources.MaxItems || b.Complete {
		t.Errorf("%d departures of 5001, %v", len(list), err)
	}
	long := strings.Repeat("Llanfair ", 1000)
	b, list, err = decodeTimetable(sources.Parse([]byte(strings.Replace(oneDeparture, "Lake", long, 1))), 7)
	if err != nil || utf8.RuneCountInString(list[0].Destination) > maxName {
		t.Errorf("a destination of %d bytes, %v", len(list[0].Destination), err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(oneDeparture))
	f.Add([]byte(`{"stops":[{"stop_id":1,"stop_name":"A","route_type":0,"routes":[{"route_id":2}]}],"status":{"health":0}}`))
	f.Add([]byte(`{"Message":"An error has occurred."}`))
	f.Add([]byte(`{"departures":[[],{"disruption_ids":{"1":2}}],"runs":[],"status":7}`))
	f.Add([]byte("<html>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		reply := sources.Parse(body)
		for _, status := range []int{200, 403, 500} {
			client := Client{BaseURL: defaults.BaseURL, ID: plugins.LiteralSecret("3000176"), Key: plugins.LiteralSecret("key"), HTTP: replying{status, body}}
			if _, _, err := client.get(t.Context(), "/", nil); err != nil {
				checkText(t, err.Error(), maxDetail+20)
			}
		}
		stops, _ := decodeStops(reply)
		for _, s := range stops {
			checkText(t, s.Name, maxName)
		}
		b, list, err := decodeTimetable(reply, 7)
		if err != nil && len(list) > 0 {
			t.Error("departures and an error")
		}
		for _, d := range list {
			if d.Scheduled.IsZero() || len(d.Disruptions) > 5 {
				t.Errorf("published: %+v", d)
			}
			for _, text := range append(d.Disruptions, d.Route, d.Number, d.Direction, d.Destination, d.Platform, d.RouteID, d.DirectionID, b.Stop) {
				checkText(t, text, 200)
			}
			checkText(t, d.Headsign, 2*maxName+5)
		}
	})
}

func checkText(t *testing.T, text string, limit int) {
	t.Helper()
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }) || utf8.RuneCountInString(text) > limit {
		t.Errorf("not printable or too long: %q", text)
	}
}
