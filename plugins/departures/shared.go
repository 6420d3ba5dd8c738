package departures

import (
	"math"
	"time"

	"github.com/tidwall/gjson"

	"ptvd/internal/scheduler"
	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// sharedTopic is what a source publishes beside its departures for other boards, with the
// option share.
var sharedTopic = plugins.NewTopic[Shared]("shared", "the departures, with all that another board needs", plugins.State(topics.StaleAfter))

// SharedTopics are the topics of a Config with the option share.
func SharedTopics(share bool) (list plugins.TopicList) {
	if share {
		list = plugins.Topics(sharedTopic)
	}
	return list
}

// Shared is departures for another board. As JSON:
//
//	{"stop": "Huntingdale", "zone": "Australia/Melbourne", "period_s": 30, "complete": false, "attribution": "…",
//	 "list": [{"scheduled": "2026-11-19T07:58:00Z", "estimated": "2026-11-19T07:59:00Z", "number": "96", …}]}
//
// Times are instants, and never what is left until then. How old it is the time tells that
// the broker has left of the message's expiry; see [DecodeShared].
type Shared struct{ departures topics.Departures }

// PayloadType returns "shared_departures".
func (Shared) PayloadType() string { return "shared_departures" }

// Since returns when the reply arrived.
func (s Shared) Since() scheduler.Instant { return s.departures.Since() }

// Lifetime returns the age from which it says nothing any more.
func (s Shared) Lifetime() time.Duration { return s.departures.Lifetime() }

type sharedJSON struct {
	Stop        string          `json:"stop"`
	Zone        string          `json:"zone,omitempty"`
	Period      float64         `json:"period_s"`
	Complete    bool            `json:"complete"`
	Attribution string          `json:"attribution,omitempty"`
	List        []departureJSON `json:"list"`
}

// departureJSON has the fields of [topics.Departure], so that none is forgotten.
type departureJSON struct {
	Scheduled         time.Time `json:"scheduled"`
	Estimated         time.Time `json:"estimated,omitzero"`
	Presumed          bool      `json:"presumed,omitempty"`
	Run               string    `json:"run,omitempty"`
	RouteID           string    `json:"route_id,omitempty"`
	Route             string    `json:"route,omitempty"`
	Number            string    `json:"number,omitempty"`
	Direction         string    `json:"direction,omitempty"`
	DirectionID       string    `json:"direction_id,omitempty"`
	Destination       string    `json:"destination,omitempty"`
	Headsign          string    `json:"headsign,omitempty"`
	Platform          string    `json:"platform,omitempty"`
	ScheduledPlatform string    `json:"scheduled_platform,omitempty"`
	Bay               bool      `json:"bay,omitempty"`
	Mode              string    `json:"mode,omitempty"`
	Agency            string    `json:"agency,omitempty"`
	Colour            string    `json:"colour,omitempty"`
	TextColour        string    `json:"text_colour,omitempty"`
	Express           bool      `json:"express,omitempty"`
	Cancelled         bool      `json:"cancelled,omitempty"`
	ReplacedByBus     bool      `json:"bus,omitempty"`
	AtPlatform        bool      `json:"at_platform,omitempty"`
	Disruptions       []string  `json:"disruptions,omitempty"`
}

// JSONAt returns the documented form, which is the same at any moment.
func (s Shared) JSONAt(topics.Moment) any {
	d := s.departures
	told := sharedJSON{
		Stop: d.Stop, Period: d.Period.Seconds(), Complete: d.Complete && d.Mismatch == "", Attribution: d.Attribution, List: []departureJSON{},
	}
	if d.Zone != nil {
		told.Zone = d.Zone.String()
	}
	for _, one := range d.List {
		told.List = append(told.List, departureJSON(one))
	}
	return told
}

// DecodeShared decodes the envelope of a Shared which a broker keeps for another time. It
// was published with an expiry of what it then had left of its lifetime. So its age is its
// lifetime less what is left now, on whatever clock.
func DecodeShared(payload []byte, left time.Duration) (Reply, error) {
	envelope := Parse(payload)
	lifetime := seconds(envelope.Get("max_age_s"))
	if left <= 0 || lifetime <= 0 {
		return Reply{}, InvalidReply("no expiry, so that its age is not known")
	}
	value := envelope.Get("value")
	var reader Reader
	found, err := Decode(value.Get("list"), func(v gjson.Result) (topics.Departure, bool) { return decodeShared(reader.Fields(v)), true })
	found.Age = max(0, lifetime-left)
	found.Period = seconds(value.Get("period_s"))
	found.Stop, found.Zone, found.Attribution = Name(value.Get("stop")), Zone(value.Get("zone")), Clean(Text(value.Get("attribution")), maxDetail)
	found.Complete = found.Complete && Bool(value.Get("complete"))
	return found, err
}

func decodeShared(v map[string]gjson.Result) topics.Departure {
	d := topics.Departure{
		Scheduled: Time(v["scheduled"]), Estimated: Time(v["estimated"]), Presumed: Bool(v["presumed"]), Run: ID(v["run"]),
		RouteID: ID(v["route_id"]), Route: Name(v["route"]), Number: Name(v["number"]),
		DirectionID: ID(v["direction_id"]), Direction: Name(v["direction"]), Destination: Name(v["destination"]), Headsign: Name(v["headsign"]),
		Platform: Name(v["platform"]), ScheduledPlatform: Name(v["scheduled_platform"]), Bay: Bool(v["bay"]),
		Mode: Name(v["mode"]), Agency: Name(v["agency"]), Colour: Colour(v["colour"]), TextColour: Colour(v["text_colour"]),
		Express: Bool(v["express"]), Cancelled: Bool(v["cancelled"]), ReplacedByBus: Bool(v["bus"]), AtPlatform: Bool(v["at_platform"]),
	}
	Items(v["disruptions"], func(title gjson.Result) { d.Disruptions = AddTitle(d.Disruptions, Title(title)) })
	return d
}

// seconds reads a number of seconds, of at most a day; anything else is 0.
func seconds(v gjson.Result) time.Duration {
	if n := v.Num; v.Type == gjson.Number && n > 0 && n <= (24*time.Hour).Seconds() {
		return time.Duration(math.Round(n * float64(time.Second)))
	}
	return 0
}
