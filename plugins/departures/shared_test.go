package departures

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"ptvd/internal/scheduler"
	"ptvd/plugins/topics"
)

// full is a departure in which each field has a value.
func full(t testing.TB) topics.Departure {
	t.Helper()
	at := time.Date(2026, 11, 19, 8, 0, 0, 0, time.UTC)
	d := topics.Departure{Scheduled: at, Estimated: at.Add(90 * time.Second), Colour: "#0072ce", TextColour: "#ffffff", Disruptions: []string{"Lifts out of order"}}
	v := reflect.ValueOf(&d).Elem()
	for i := range v.NumField() {
		switch field := v.Field(i); {
		case !field.IsZero():
		case field.Kind() == reflect.Bool:
			field.SetBool(true)
		case field.Kind() == reflect.String:
			field.SetString("the " + v.Type().Field(i).Name)
		default:
			t.Fatalf("%s has no value", v.Type().Field(i).Name)
		}
	}
	return d
}

func envelope(t testing.TB, change func(map[string]any)) []byte {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Prague")
	if err != nil {
		t.Fatal(err)
	}
	shared := Shared{topics.Departures{
		Stop: "Anděl", Zone: zone, Period: 30 * time.Second, Complete: true, Attribution: "Data: Example, https://example.org", Received: scheduler.Instant(1),
		List: []topics.Departure{full(t), {Scheduled: time.Date(2026, 11, 19, 8, 9, 0, 0, time.UTC)}},
	}}
	e := map[string]any{"type": "shared_departures", "age_s": 2, "max_age_s": shared.Lifetime().Seconds(), "value": shared.JSONAt(topics.Moment{})}
	if change != nil {
		change(e)
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestNothingOfADepartureIsLostBetweenBoards(t *testing.T) {
	found, err := DecodeShared(envelope(t, nil), 240*time.Second)
	if err != nil || len(found.List) != 2 || !reflect.DeepEqual(found.List[0], full(t)) {
		t.Errorf("%v\n got %+v\nwant %+v", err, found.List, full(t))
	}
	found.List = nil
	zone, _ := time.LoadLocation("Europe/Prague")
	want := Reply{Stop: "Anděl", Zone: zone, Complete: true, Age: time.Minute, Period: 30 * time.Second, Attribution: "Data: Example, https://example.org"}
	if !reflect.DeepEqual(found, want) {
		t.Errorf("\n got %+v\nwant %+v", found, want)
	}
}

func TestTheAgeIsTheLifetimeLessWhatIsLeft(t *testing.T) {
	for left, age := range map[time.Duration]time.Duration{300 * time.Second: 0, 299 * time.Second: time.Second, time.Second: 299 * time.Second, 400 * time.Second: 0} {
		if found, err := DecodeShared(envelope(t, nil), left); err != nil || found.Age != age {
			t.Errorf("with %v left: %v, %v; want %v", left, found.Age, err, age)
		}
	}
	for name, change := range map[string]func(map[string]any){
		"no lifetime":           func(e map[string]any) { delete(e, "max_age_s") },
		"a lifetime of a year":  func(e map[string]any) { e["max_age_s"] = 365 * 86400 },
		"a lifetime below zero": func(e map[string]any) { e["max_age_s"] = -1 },
		"a lifetime as text":    func(e map[string]any) { e["max_age_s"] = "300" },
		"no value":              func(e map[string]any) { delete(e, "value") },
		"a list of another type": func(e map[string]any) {
			e["value"] = map[string]any{"list": 7}
		},
		"no valid departure": func(e map[string]any) { e["value"] = map[string]any{"list": []any{map[string]any{}}} },
	} {
		if found, err := DecodeShared(envelope(t, change), time.Minute); err == nil {
			t.Errorf("%s: %+v", name, found)
		}
	}
	if _, err := DecodeShared(envelope(t, nil), 0); err == nil {
		t.Error("a message without expiry is taken")
	}
}

func FuzzDecodeShared(f *testing.F) {
	f.Add(envelope(f, nil), 240)
	f.Add([]byte(`{"max_age_s": 300, "value": {"list": [{"scheduled": "2026-11-19T08:00:00Z", "disruptions": [1, "a"], "colour": []}]}}`), 1)
	f.Fuzz(func(t *testing.T, payload []byte, left int) {
		found, err := DecodeShared(payload, time.Duration(left)*time.Second)
		if err != nil && len(found.List) > 0 {
			t.Error("departures and an error")
		}
		if found.Age < 0 || found.Age > 24*time.Hour || found.Period < 0 || found.Period > 24*time.Hour {
			t.Errorf("age %v, period %v", found.Age, found.Period)
		}
		texts := []string{found.Stop, found.Attribution}
		for _, d := range found.List {
			if d.Scheduled.IsZero() || len(d.Disruptions) > maxTitles {
				t.Errorf("%+v", d)
			}
			texts = append(append(texts, d.Disruptions...), d.Run, d.Number, d.Headsign, d.Destination, d.Platform, d.Agency, d.Colour)
		}
		for _, text := range texts {
			if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }) || utf8.RuneCountInString(text) > maxDetail {
				t.Errorf("not printable or too long: %q", text)
			}
		}
	})
}
