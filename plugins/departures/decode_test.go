package departures_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"ptvd/plugins/departures"
)

func TestAnIdentifierIsATextOrAWholeNumber(t *testing.T) {
	for json, want := range map[string]string{
		`"4"`: "4", `4`: "4", `-1`: "-1", `true`: "true", `1e+300`: "", `4.5`: "", `null`: "", `{}`: "", `[4]`: "",
	} {
		if got := departures.ID(gjson.Parse(json)); got != want {
			t.Errorf("ID(%s) = %q, want %q", json, got, want)
		}
	}
}

func TestAReplyDoesNotReachTheDecodersOwnFields(t *testing.T) {
	var into struct {
		Name string
		rows []string
	}
	departures.Read(gjson.Parse(`{"rows": ["b"], "name": "a"}`), &into)
	if into.Name != "a" || into.rows != nil {
		t.Errorf("got %+v", into)
	}
}

func TestAStructIsReadByTheNamesAndTypesOfItsFields(t *testing.T) {
	type stop struct {
		StopID   string `as:"id"`
		Name     string `json:"stop_name"`
		Platform int
		Open     bool
		At       time.Time
		Colour   string `as:"colour"`
		Modes    []string
		Lines    map[string]struct{ Name string }
	}
	for json, want := range map[string]stop{
		`{"stopId": 7, "stop_name": " Hill\nTop ", "platform": "2", "open": "true", "at": "2026-11-19T08:00:00+01:00", "colour": "0072CE"}`: {
			StopID: "7", Name: "Hill Top", Platform: 2, Open: true, At: time.Date(2026, 11, 19, 7, 0, 0, 0, time.UTC), Colour: "#0072ce",
		},
		`{"modes": ["BUS", [], 7], "lines": {"a": {"name": "A"}, "b": 7}}`: {
			Modes: []string{"BUS", "", "7"}, Lines: map[string]struct{ Name string }{"a": {"A"}, "b": {}},
		},
		`{"StopID": "7", "stop_id": "7", "name": "x", "modes": "BUS", "lines": [], "open": [], "at": 7}`: {Lines: map[string]struct{ Name string }{}},
		`[]`: {},
	} {
		var got stop
		if all := departures.Read(gjson.Parse(json), &got); !all {
			t.Errorf("%s was not read to its end", json)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %+v\nwant %+v", json, got, want)
		}
	}
	var got stop
	if departures.Read(gjson.Parse(`{"modes": [`+strings.Repeat(`"a",`, departures.MaxItems)+`"a"], "open": true}`), &got) || len(got.Modes) != departures.MaxItems || !got.Open {
		t.Errorf("of a list that is too long %d items were read", len(got.Modes))
	}
}
