package topics

import (
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

	// Complete says that nothing else leaves: the source was asked for more than
	// there is in List. Where it is not known, there may be.
	Complete bool

	// Received is when the newest reply arrived, on the loop's monotonic
	// clock, so that no step of the wall clock makes data older or younger.
	// Zero: none has arrived yet.
	Received scheduler.Instant

	// Mismatch says that the source's filter matches nothing that ever occurs at the
	// stop, with what does; empty: it matches, or there is none.
	Mismatch string

	// Problem is why no reply comes, in a few words for people; empty when
	// the last one came, or when only one was lost, which is no alarm.
	Problem string

	// Attribution says whose data this is, in the words that its licence asks for;
	// empty: not needed.
	Attribution string
}

// Departure is one service at one stop.
type Departure struct {
	Scheduled time.Time
	Estimated time.Time // zero: there is no real-time estimate
	Presumed  bool      // Estimated goes on with the delay of an earlier reply, or the run is not known to be under way
	Run       string    // what the source calls this run of a vehicle; empty: it has no name
	Route     string    // the route's name: Cranbourne
	Number    string    // the route's number: 96; empty for trains
	Direction string    // where the direction leads: City (Flinders Street)
	// Destination is where this run ends: Dandenong.
	Destination string
	// Headsign is what the front of the vehicle says: the destination, and
	// the way there where that matters.
	Headsign      string
	Platform      string // empty: not known
	Express       bool   // passes stops; else it stops at all of them
	Cancelled     bool
	ReplacedByBus bool
	AtPlatform    bool
	Disruptions   []string // titles of what disturbs it
}

// When returns the best known time of departure: estimated, else scheduled. What is
// cancelled goes by its schedule, whatever was estimated before.
func (d Departure) When() time.Time {
	if d.Estimated.IsZero() || d.Cancelled {
		return d.Scheduled
	}
	return d.Estimated
}

// Live tells whether When is known in real time. Otherwise it is by the timetable.
func (d Departure) Live() bool { return !d.Estimated.IsZero() && !d.Presumed && !d.Cancelled }
