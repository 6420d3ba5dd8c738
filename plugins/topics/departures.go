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
