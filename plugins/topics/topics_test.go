package topics_test

import (
	"encoding/json"
	"image"
	"image/color"
	"maps"
	"testing"
	"time"

	"ptvd/internal/scheduler"
	"ptvd/plugins/topics"
)

// moment is 7:52 in Melbourne, a minute after the loop's clock began.
var moment = topics.Moment{
	Now:          time.Date(2026, 11, 19, 7, 52, 0, 0, time.FixedZone("AEDT", 11*60*60)),
	Synchronized: true,
	Mono:         scheduler.Instant(time.Minute),
}

// Programs rely on these forms; docs/api.md describes them.
func TestThePayloadsAsJSON(t *testing.T) {
	picture := image.NewGray(image.Rect(0, 0, 10, 2))
	picture.SetGray(0, 0, color.Gray{Y: 0xff})
	picture.SetGray(9, 1, color.Gray{Y: 0xff})
	levels := image.NewGray(image.Rect(0, 0, 3, 1))
	copy(levels.Pix, []byte{0xff, 0x98, 0x0f})
	at := func(d time.Duration) time.Time { return moment.Now.Add(d).UTC() }
	for _, c := range []struct {
		payload topics.Typed
		kind    string
		want    string
	}{
		{topics.Level{Goal: 0.5, Now: 0.25, Duty: 0xffff, Turned: -3}, "level", `{"goal":0.5,"level":0.25,"duty":1,"turned":-3}`},
		{topics.Press{Down: true}, "press", `{"down":true}`},
		{topics.Switch{On: true}, "switch", `{"on":true}`},
		{topics.Text("No more"), "text", `"No more"`},
		{topics.Light{On: true, Brightness: 0.5}, "light", `{"on":true,"brightness":0.5}`},
		{topics.Choice{Choice: "clock", Options: []string{"trains", "clock"}}, "choice", `{"choice":"clock","options":["trains","clock"]}`},
		{
			topics.Inbox{{Topic: "ptvd/hall/trains/shared", Payload: []byte("{}"), Came: scheduler.Instant(50 * time.Second), Left: time.Minute}},
			"inbox",
			`[{"topic":"ptvd/hall/trains/shared","bytes":2,"age_s":10,"left_s":50}]`,
		},
		{topics.Messages{}, "messages", `{"up":null,"waiting":[],"pages":[]}`},
		{
			topics.Messages{
				Up:      &topics.Message{Name: "bell", Text: "Ring!", Came: moment.Mono - scheduler.Instant(3*time.Second), Hold: true},
				Waiting: []topics.Message{{Text: "Bye", Came: moment.Mono, Priority: 2}},
			},
			"messages",
			`{"up":{"name":"bell","text":"Ring!","age_s":3,"priority":0,"hold":true},"waiting":[{"text":"Bye","age_s":0,"priority":2}],"pages":[]}`,
		},
		{topics.Reading{Value: 21.4, Unit: "°C"}, "reading", `{"value":21.4,"unit":"°C"}`},
		{topics.Picture{Gray: picture}, "picture", `{"width":10,"height":2,"rows":["8000","0040"]}`},
		{topics.Picture{Gray: levels}, "picture", `{"width":3,"height":1,"levels":16,"rows":["f900"]}`},
		{
			topics.Sync{
				At: moment.Now, Count: 3, Agreed: 4, Asked: 5, Offset: 12 * time.Millisecond, Spread: 3 * time.Millisecond,
				Server: "time.example", Stratum: 2, RoundTrip: 21 * time.Millisecond,
			},
			"sync",
			`{"at":"2026-11-19T07:52:00+11:00","count":3,"agreed":4,"asked":5,"offset_s":0.012,"spread_s":0.003,"server":"time.example","stratum":2,"round_trip_s":0.021}`,
		},
		{topics.Departures{Stop: "Huntingdale", Period: 30 * time.Second}, "departures", `{"stop":"Huntingdale","freshness":"none","period_s":30,"complete":false,"next":[]}`},
		{
			topics.Departures{
				Stop: "Anděl", Zone: time.FixedZone("Prague", 60*60), Received: scheduler.Instant(50 * time.Second), Period: 30 * time.Second, Complete: true,
				List: []topics.Departure{{
					Scheduled: at(time.Minute), Headsign: "Řepy", Platform: "B", ScheduledPlatform: "A", Bay: true,
					Mode: "tram", Agency: "DPP", Colour: "#7a0603", TextColour: "#ffffff",
				}},
			},
			"departures",
			`{"stop":"Anděl","zone":"Prague","freshness":"fresh","period_s":30,"complete":true,"next":[` +
				`{"leaves":"2026-11-18T21:53:00+01:00","in_s":60,"late_s":0,"live":false,"headsign":"Řepy","route":"","platform":"B",` +
				`"scheduled_platform":"A","platform_changed":true,"bay":true,"mode":"tram","agency":"DPP","colour":"#7a0603","text_colour":"#ffffff"}]}`,
		},
		{
			topics.Departures{
				Stop: "Huntingdale", Period: 30 * time.Second, Walk: 5 * time.Minute, Received: scheduler.Instant(50 * time.Second), Complete: true,
				List: []topics.Departure{
					{Scheduled: at(-time.Minute), Headsign: "left"},
					{Scheduled: at(3 * time.Minute), Estimated: at(4 * time.Minute), Number: "96", Headsign: "City", Route: "Cranbourne", Platform: "1"},
					{Scheduled: at(10 * time.Minute), Headsign: "Dandenong", Route: "Pakenham", Cancelled: true, Disruptions: []string{"works"}},
				},
			},
			"departures",
			`{"stop":"Huntingdale","freshness":"fresh","period_s":30,"complete":true,"next":[` +
				`{"leaves":"2026-11-19T07:56:00+11:00","in_s":240,"late_s":60,"leave_by":"2026-11-19T07:51:00+11:00","live":true,"number":"96","headsign":"City","route":"Cranbourne","platform":"1","out_of_reach":true},` +
				`{"leaves":"2026-11-19T08:02:00+11:00","in_s":600,"late_s":0,"leave_by":"2026-11-19T07:57:00+11:00","live":false,"headsign":"Dandenong","route":"Pakenham","cancelled":true,"disruptions":1}]}`,
		},
	} {
		got, err := json.Marshal(topics.JSON(c.payload, moment))
		if string(got) != c.want || err != nil {
			t.Errorf("%T:\ngot  %s (%v)\nwant %s", c.payload, got, err, c.want)
		}
		if kind := c.payload.PayloadType(); kind != c.kind {
			t.Errorf("%T is of type %q, want %q", c.payload, kind, c.kind)
		}
	}
}

func TestTheFiguresOfPayloads(t *testing.T) {
	for _, c := range []struct {
		payload topics.Measured
		want    map[string]float64
	}{
		{topics.Level{Duty: 0xffff}, map[string]float64{"lamp_duty_ratio": 1}},
		{topics.Reading{Value: 21.4}, map[string]float64{"reading": 21.4}},
		{topics.Departures{Received: scheduler.Instant(20 * time.Second)}, map[string]float64{"departures_age_seconds": 40}},
		{topics.Departures{}, map[string]float64{}},
	} {
		if got := c.payload.Figures(moment); !maps.Equal(got, c.want) {
			t.Errorf("%+v has the figures %v, want %v", c.payload, got, c.want)
		}
	}
}
