package motis

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"ptvd/internal/scheduler"
	sources "ptvd/plugins/departures"
	"ptvd/plugins/topics"
)

// oneStopTime is a reply with one departure, of which tests replace parts.
const oneStopTime = `{"stopTimes": [{
	"place": {"name": "Anděl", "stopId": "cz_1", "scheduledDeparture": "2026-11-19T08:00:00+01:00", "departure": "2026-11-19T08:01:30+01:00",
		"track": "2", "scheduledTrack": "1", "cancelled": false, "pickupType": "NORMAL", "tz": "Europe/Prague",
		"lat": 50.071, "lon": 14.403,
		"alerts": [{"headerText": "Lifts out of order"}, {"headerText": "Works in winter", "impactPeriod": [{"start": "2026-12-01T00:00:00Z", "end": "2026-12-31T00:00:00Z"}]}]},
	"mode": "TRAM", "agencyName": "DPP", "routeId": "L9", "directionId": "1", "routeColor": "7A0603", "routeTextColor": "ffffff", "realTime": true, "headsign": "Sídliště Řepy", "tripTo": {"name": "Řepy"}, "displayName": "Tram 9", "routeShortName": "9", "routeLongName": "Spojovací - Řepy",
	"cancelled": false, "tripCancelled": false, "pickupDropoffType": "NORMAL", "tripId": "20261119_9_1"
}], "place": {"name": "Anděl", "stopId": "cz_1", "lat": 50.071, "lon": 14.403, "tz": "Europe/Prague"}}`

func TestFieldsOfADeparture(t *testing.T) {
	const hidden = "hidden"
	for name, test := range map[string]struct {
		from, to string
		want     any // a change of the departure; hidden; or the text of an error
	}{
		"unchanged":                    {``, ``, func(*topics.Departure) {}},
		"by the timetable":             {`"realTime": true`, `"realTime": false`, func(d *topics.Departure) { d.Estimated = time.Time{} }},
		"cancelled at the stop":        {`"cancelled": false, "pickupType"`, `"cancelled": true, "pickupType"`, func(d *topics.Departure) { d.Cancelled = true }},
		"a trip that is cancelled":     {`"tripCancelled": false`, `"tripCancelled": true`, func(d *topics.Departure) { d.Cancelled = true }},
		"cancelled, so nobody gets on": {`"tripCancelled": false, "pickupDropoffType": "NORMAL"`, `"tripCancelled": true, "pickupDropoffType": "NOT_ALLOWED"`, func(d *topics.Departure) { d.Cancelled = true }},
		"drop off only":                {`"pickupDropoffType": "NORMAL"`, `"pickupDropoffType": "NOT_ALLOWED"`, hidden},
		"no pickup at the stop":        {`"pickupType": "NORMAL"`, `"pickupType": "NOT_ALLOWED"`, hidden},
		"no track now":                 {`"track": "2"`, `"track": null`, func(d *topics.Departure) { d.Platform = "1" }},
		"the track of the timetable":   {`"track": "2"`, `"track": "1"`, func(d *topics.Departure) { d.Platform = "1" }},
		"a track that is a number":     {`"track": "2"`, `"track": 2`, func(*topics.Departure) {}},
		"a train":                      {`"mode": "TRAM"`, `"mode": "SUBURBAN"`, func(d *topics.Departure) { d.Mode, d.Bay = "train", false }},
		"another mode":                 {`"mode": "TRAM"`, `"mode": "FUNICULAR"`, func(d *topics.Departure) { d.Mode, d.Bay = "funicular", false }},
		"a colour that is none":        {`"routeColor": "7A0603"`, `"routeColor": "red"`, func(d *topics.Departure) { d.Colour = "" }},
		"an alert that is not shown":   {`{"headerText": "Lifts out of order"`, `{"communicationPeriod": [{"end": "2026-11-19T06:00:00Z"}], "headerText": "Lifts out of order"`, func(d *topics.Departure) { d.Disruptions = nil }},
		"an alert of the hour":         {`{"headerText": "Lifts out of order"`, `{"impactPeriod": [{"start": "2026-11-19T06:30:00Z", "end": "2026-11-19T07:30:00Z"}], "headerText": "Lifts out of order"`, func(*topics.Departure) {}},
		"no short name":                {`"routeShortName": "9"`, `"routeShortName": ""`, func(d *topics.Departure) { d.Number = "Tram 9" }},
		"no headsign":                  {`"headsign": "Sídliště Řepy"`, `"headsign": []`, func(d *topics.Departure) { d.Headsign = "Řepy" }},
		"alerts of a wrong type":       {`"alerts": [`, `"alerts": 7, "was": [`, func(d *topics.Departure) { d.Disruptions = nil }},
		"no schedule":                  {`"scheduledDeparture": "2026-11-19T08:00:00+01:00"`, `"scheduledDeparture": {}`, func(d *topics.Departure) { d.Scheduled = d.Estimated }},
		"no time":                      {`"scheduledDeparture": "2026-11-19T08:00:00+01:00", "departure": "2026-11-19T08:01:30+01:00"`, `"departure": "soon"`, "no valid departure"},
		"a place of a wrong type":      {`"place": {"name": "Anděl", "stopId"`, `"place": "Anděl", "was": {"name": "Anděl", "stopId"`, "no valid departure"},
		"no list":                      {`"stopTimes": [`, `"stopTimes": 1, "was": [`, "no list of departures"},
		"control characters":           {`"headsign": "Sídliště Řepy"`, `"headsign": "\u001b[2J\u202eŘepy\n"`, func(d *topics.Departure) { d.Headsign = "[2J Řepy" }},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(oneStopTime, test.from) {
				t.Fatalf("the reply does not contain %s", test.from)
			}
			found, err := decodeStopTimes(sources.Parse([]byte(strings.Replace(oneStopTime, test.from, test.to, 1))), "cz_1")
			if text, ok := test.want.(string); ok {
				if text == hidden && (err != nil || len(found.List) > 0 || found.Empty) || text != hidden && (err == nil || !strings.Contains(err.Error(), text)) {
					t.Errorf("%+v, %v; want %s", found, err, text)
				}
				return
			}
			want := topics.Departure{
				Scheduled: time.Date(2026, 11, 19, 7, 0, 0, 0, time.UTC), Estimated: time.Date(2026, 11, 19, 7, 1, 30, 0, time.UTC), Run: "20261119_9_1",
				Route: "Spojovací - Řepy", Number: "9", Destination: "Řepy", Headsign: "Sídliště Řepy", Platform: "2", ScheduledPlatform: "1", Bay: true,
				RouteID: "L9", DirectionID: "1", Mode: "tram", Agency: "DPP", Colour: "#7a0603", TextColour: "#ffffff", Disruptions: []string{"Lifts out of order"},
			}
			test.want.(func(*topics.Departure))(&want)
			if err != nil || len(found.List) != 1 || !reflect.DeepEqual(found.List[0], want) || found.Stop != "Anděl" ||
				found.Position.String() != "50.071,14.403" || found.Zone.String() != "Europe/Prague" || !found.Complete || found.Doubt != "" {
				t.Errorf("%v\n got %+v\nwant %+v", err, found, want)
			}
		})
	}
}

// values are what a field may be by mistake.
var values = []any{nil, true, 7.5, "", "x", []any{}, []any{1.0, "a", nil}, map[string]any{}, map[string]any{"name": []any{}}}

// TestAnyFieldMayBeOfAnyType replaces each value of a reply by each of another type: the
// other departure stays as it is, and of this one what can be read.
func TestAnyFieldMayBeOfAnyType(t *testing.T) {
	var reply map[string]any
	if err := json.Unmarshal([]byte(oneStopTime), &reply); err != nil {
		t.Fatal(err)
	}
	list := reply["stopTimes"].([]any)
	reply["stopTimes"] = []any{list[0], json.RawMessage(`{"place": {"departure": "2026-11-19T09:00:00Z"}, "headsign": "Depo"}`)}
	fields := 0
	replaceEach(list[0], func(v any) { list[0] = v }, func(path string) {
		fields++
		body, err := json.Marshal(reply)
		if err != nil {
			t.Fatal(err)
		}
		found, err := decodeStopTimes(sources.Parse(body), "cz_1")
		if n := len(found.List); err != nil || n == 0 || found.List[n-1].Headsign != "Depo" {
			t.Errorf("%s: %+v, %v", path, found.List, err)
		}
	})
	if fields < 30 {
		t.Errorf("%d fields were replaced", fields)
	}
}

// replaceEach calls use with each value below v replaced by others, one at a time.
func replaceEach(v any, set func(any), use func(path string)) {
	each := func(name string, inner any, set func(any)) {
		for _, other := range values {
			set(other)
			use(fmt.Sprintf("%s = %v", name, other))
		}
		set(inner)
		replaceEach(inner, set, func(path string) { use(name + "." + path) })
	}
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			each(name, inner, func(other any) { v[name] = other })
		}
	case []any:
		for i, inner := range v {
			each(fmt.Sprint(i), inner, func(other any) { v[i] = other })
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(oneStopTime))
	f.Add([]byte(`[{"type": "STOP", "id": "a", "name": "b", "areas": [{"name": "c", "default": true}], "modes": ["BUS"]}]`))
	f.Add([]byte(`{"error": "x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		found, err := decodeStopTimes(sources.Parse(body), "cz_1")
		if err != nil && len(found.List) > 0 {
			t.Error("departures and an error")
		}
		for _, d := range found.List {
			if d.Scheduled.IsZero() || len(d.Disruptions) > 5 {
				t.Errorf("published: %+v", d)
			}
			for _, text := range append(d.Disruptions, d.Route, d.Number, d.Destination, d.Headsign, d.Platform, d.ScheduledPlatform, d.Mode, d.Agency, d.RouteID, d.DirectionID, d.Run, found.Stop, found.Doubt) {
				checkText(t, text)
			}
		}
		stops, _ := decodeStops(sources.Parse(body))
		for _, s := range stops {
			checkText(t, s.ID+s.Name)
		}
	})
}

func checkText(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }) || utf8.RuneCountInString(text) > 400 {
		t.Errorf("not printable or too long: %q", text)
	}
}

// BenchmarkReply decodes a reply of 30 departures with alerts. The time is the process's,
// the collector's included: the machine may have other work.
func BenchmarkReply(b *testing.B) {
	_, one, _ := strings.Cut(oneStopTime, `"stopTimes": [`)
	one, _, _ = strings.Cut(one, `], "place"`)
	body := fmt.Appendf(nil, `{"stopTimes": [%s%s]}`, strings.Repeat(one+",", 29), one)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	before := scheduler.CPUTime()
	for b.Loop() {
		if found, err := decodeStopTimes(sources.Parse(body), "cz_1"); err != nil || len(found.List) != 30 {
			b.Fatal(len(found.List), err)
		}
	}
	b.ReportMetric(float64((scheduler.CPUTime()-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
}
