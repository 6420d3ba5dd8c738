package topics

import (
	"time"

	"ptvd/internal/scheduler"
)

// departuresJSON is the documented form of Departures:
//
//	{"stop": "Huntingdale Station", "zone": "Australia/Melbourne", "freshness": "fresh", "period_s": 30,
//	 "problem": "HTTP 503", "complete": false,
//	 "next": [{"leaves": "2026-11-19T07:58:00+11:00", "in_s": 360, "late_s": 60,
//	   "leave_by": "2026-11-19T07:52:00+11:00", "live": true, "number": "96",
//	   "headsign": "City", "route": "Cranbourne", "platform": "1",
//	   "scheduled_platform": "2", "platform_changed": true, "bay": false,
//	   "mode": "train", "agency": "Metro Trains", "colour": "#279fd5", "text_colour": "#ffffff",
//	   "cancelled": false, "bus": false, "at_platform": false,
//	   "out_of_reach": false, "disruptions": 0}],
//	 "attribution": "Data: Example Transit, https://creativecommons.org/licenses/by/4.0/"}
//
// "next" has the services that have not left, eight at the most. "number" is the
// route's, as on the front of the vehicle; "leave_by" is there where a walk is
// configured. Times of day are in the stop's zone. Without "live" the time is by the timetable.
type departuresJSON struct {
	Stop      string          `json:"stop"`
	Zone      string          `json:"zone,omitempty"` // the stop's
	Freshness Freshness       `json:"freshness"`
	Period    float64         `json:"period_s"`
	Problem   string          `json:"problem,omitempty"`  // why no reply comes
	Mismatch  string          `json:"mismatch,omitempty"` // the filter matches nothing that occurs at the stop
	Complete  bool            `json:"complete"`           // nothing is known to leave after the last of them
	Next      []departureJSON `json:"next"`

	Attribution string `json:"attribution,omitempty"`
}

type departureJSON struct {
	Leaves   time.Time `json:"leaves"` // the best known time
	In       float64   `json:"in_s"`
	Late     float64   `json:"late_s"` // estimated against scheduled; 0 without an estimate
	LeaveBy  time.Time `json:"leave_by,omitzero"`
	Live     bool      `json:"live"` // When is known in real time
	Number   string    `json:"number,omitempty"`
	Headsign string    `json:"headsign"`
	Route    string    `json:"route"`
	Platform string    `json:"platform,omitempty"`

	ScheduledPlatform string `json:"scheduled_platform,omitempty"`
	PlatformChanged   bool   `json:"platform_changed,omitempty"`
	Bay               bool   `json:"bay,omitempty"` // the platform is one

	Mode       string `json:"mode,omitempty"`
	Agency     string `json:"agency,omitempty"`
	Colour     string `json:"colour,omitempty"`
	TextColour string `json:"text_colour,omitempty"`

	Cancelled   bool `json:"cancelled,omitempty"`
	Bus         bool `json:"bus,omitempty"` // instead of a train
	AtPlatform  bool `json:"at_platform,omitempty"`
	OutOfReach  bool `json:"out_of_reach,omitempty"` // leaves within the walk
	Disruptions int  `json:"disruptions,omitempty"`
}

const maxNext = 8 // that the JSON form lists

// PayloadType returns "departures".
func (Departures) PayloadType() string { return "departures" }

// Since returns when the newest reply arrived.
func (d Departures) Since() scheduler.Instant { return d.Received }

var _ Expiring = Departures{}

// Figures returns departures_age_seconds, once there is a reply.
func (d Departures) Figures(m Moment) map[string]float64 {
	if d.Received == 0 {
		return nil
	}
	return map[string]float64{"departures_age_seconds": m.Mono.Sub(d.Received).Seconds()}
}

// FigureHelp explains the figure.
func (d Departures) FigureHelp(string) string { return "Age of the last reply with departures." }

// JSONAt returns the documented form.
func (d Departures) JSONAt(m Moment) any {
	freshness, _ := d.Freshness(m)
	d, _ = d.current(m)
	all := departuresJSON{
		Stop: d.Stop, Freshness: freshness, Period: d.Period.Seconds(), Problem: d.Problem, Mismatch: d.Mismatch,
		Complete: d.Complete, Next: []departureJSON{}, Attribution: d.Attribution,
	}
	if d.Zone != nil {
		all.Zone = d.Zone.String()
	}
	for _, departure := range d.List {
		switch ahead, _ := d.Ahead(m, departure); {
		case !ahead:
		case len(all.Next) == maxNext:
			all.Complete = false
		default:
			all.Next = append(all.Next, d.service(m, departure))
		}
	}
	return all
}

func (d Departures) service(m Moment, one Departure) departureJSON {
	catchable, _ := d.Catchable(m, one)
	s := departureJSON{
		Leaves: one.When().In(d.Location(m)), In: one.When().Sub(m.Now).Seconds(), Live: one.Live(),
		Number: one.Number, Headsign: one.Headsign, Route: one.Route, Platform: one.Platform,
		ScheduledPlatform: one.ScheduledPlatform, PlatformChanged: one.PlatformChanged(), Bay: one.Bay,
		Mode: one.Mode, Agency: one.Agency, Colour: one.Colour, TextColour: one.TextColour, Cancelled: one.Cancelled,
		Bus: one.ReplacedByBus, AtPlatform: one.AtPlatform, OutOfReach: !catchable, Disruptions: len(one.Disruptions),
	}
	if !one.Estimated.IsZero() {
		s.Late = one.When().Sub(one.Scheduled).Seconds()
	}
	if d.Walk > 0 {
		s.LeaveBy = d.LeaveBy(one).In(d.Location(m))
	}
	return s
}
