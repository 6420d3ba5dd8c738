package topics

import (
	"strings"
	"time"

	"ptvd/internal/scheduler"
)

// Departures is what a source knows of one stop. A published value is never
// changed afterwards.
type Departures struct {
	Stop   string        // the stop's name, as the source writes it
	List   []Departure   // in the order of When; departed ones may still be in it
	Walk   time.Duration // from the door to the platform; 0: not configured
	Period time.Duration // how often the source asks

	// Zone is the stop's time zone, in which people are told its times; nil: the board's.
	Zone *time.Location

	// Complete says that nothing else leaves: the source was asked for more than
	// there is in List. Where it is not known, there may be.
	Complete bool

	// Received is when the newest reply arrived, on the loop's monotonic
	// clock, so that no step of the wall clock makes data older or younger.
	// Zero: none has arrived yet.
	Received scheduler.Instant

	// Began is when the source began to ask, so that a first reply is waited for from then
	// on. Zero: not known.
	Began scheduler.Instant

	// Mismatch says that the source's filter matches nothing that ever occurs at the
	// stop, with what does; empty: it matches, or there is none.
	Mismatch string

	// IDs are those that departures of the source had in the last week, by the name of
	// the option of a [Filter] that can name them; nil: not known.
	IDs map[string][]string

	// Problem is why no reply comes, in a few words for people; empty when
	// the last one came, or when only one was lost, which is no alarm.
	Problem string

	// Attribution says whose data this is, in the words that its licence asks for;
	// empty: not needed.
	Attribution string
}

// Departure is one service at one stop. As JSON it goes to other boards, and its tags tell
// what its texts are there; see package departures.
type Departure struct {
	Scheduled time.Time `json:"scheduled"`
	Estimated time.Time `json:"estimated,omitzero"`         // zero: there is no real-time estimate
	Presumed  bool      `json:"presumed,omitempty"`         // Estimated goes on with the delay of an earlier reply, or the run is not known to be under way
	Run       string    `json:"run,omitempty" as:"id"`      // what the source calls this run of a vehicle; empty: it has no name
	RouteID   string    `json:"route_id,omitempty" as:"id"` // what the source calls the route: 4; empty: it has no ID
	Route     string    `json:"route,omitempty"`            // the route's name: Cranbourne
	Number    string    `json:"number,omitempty"`           // the route's number: 96; empty for trains
	Direction string    `json:"direction,omitempty"`        // where the direction leads: City (Flinders Street)
	// DirectionID is what the source calls the direction: 1; empty: it has no ID.
	DirectionID string `json:"direction_id,omitempty" as:"id"`
	// Destination is where this run ends: Dandenong.
	Destination string `json:"destination,omitempty"`
	// Headsign is what the front of the vehicle says: the destination, and
	// the way there where that matters.
	Headsign string `json:"headsign,omitempty"`
	Platform string `json:"platform,omitempty"` // empty: not known
	// ScheduledPlatform is the platform by the timetable. Where it is another one than
	// Platform, the platform was changed; empty: not known.
	ScheduledPlatform string `json:"scheduled_platform,omitempty"`
	Bay               bool   `json:"bay,omitempty"`    // the platform is a bay or the letter of a stop on the street
	Mode              string `json:"mode,omitempty"`   // train, tram, bus, ferry; empty: not known
	Agency            string `json:"agency,omitempty"` // who runs it; empty: not known
	// Colour is that of the line, as in CSS: #0072ce; TextColour is that of a text on it.
	// Empty: it has none.
	Colour        string   `json:"colour,omitempty" as:"colour"`
	TextColour    string   `json:"text_colour,omitempty" as:"colour"`
	Express       bool     `json:"express,omitempty"` // passes stops; else it stops at all of them
	Cancelled     bool     `json:"cancelled,omitempty"`
	ReplacedByBus bool     `json:"bus,omitempty"`
	AtPlatform    bool     `json:"at_platform,omitempty"`
	Disruptions   []string `json:"disruptions,omitempty" as:"title"` // titles of what disturbs it
}

// When returns the best known time of departure: estimated, else scheduled. What is
// cancelled goes by its schedule, whatever was estimated before.
func (d Departure) When() time.Time {
	if d.Estimated.IsZero() || d.Cancelled {
		return d.Scheduled
	}
	return d.Estimated
}

// PlatformChanged tells whether it leaves from another platform than the timetable says.
func (d Departure) PlatformChanged() bool {
	return d.Platform != "" && d.ScheduledPlatform != "" && !strings.EqualFold(d.Platform, d.ScheduledPlatform)
}

// Live tells whether When is known in real time. Otherwise it is by the timetable.
func (d Departure) Live() bool { return !d.Estimated.IsZero() && !d.Presumed && !d.Cancelled }

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
// "next" has the services that have not left, eight at the most, and none while the clock
// is not synchronized. "number" is the route's, as on the front of the vehicle; "leave_by"
// is there where a walk is configured. Times of day are in the stop's zone. Without "live"
// the time is by the timetable.
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
	if d, _ = d.current(m); !m.Synchronized { // what has left is not known
		d.List, d.Complete = nil, false
	}
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
