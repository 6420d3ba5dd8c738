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

// Shared is departures for another board. As JSON:
//
//	{"stop": "Huntingdale", "zone": "Australia/Melbourne", "period_s": 30, "complete": false, "attribution": "…",
//	 "list": [{"scheduled": "2026-11-19T07:58:00Z", "estimated": "2026-11-19T07:59:00Z", "number": "96", …}]}
//
// Times are instants, and never what is left until then. A reader learns the age from what
// is left of the message's expiry; see [DecodeShared].
type Shared struct{ departures topics.Departures }

// PayloadType returns "shared_departures".
func (Shared) PayloadType() string { return "shared_departures" }

// Since returns when the reply arrived.
func (s Shared) Since() scheduler.Instant { return s.departures.Since() }

// Lifetime returns the age from which it says nothing any more.
func (s Shared) Lifetime() time.Duration { return s.departures.Lifetime() }

type sharedJSON struct {
	Stop        string             `json:"stop"`
	Zone        string             `json:"zone,omitempty"`
	Period      float64            `json:"period_s"`
	Complete    bool               `json:"complete"`
	Attribution string             `json:"attribution,omitempty" as:"detail"`
	List        []topics.Departure `json:"list"`
}

// JSONAt returns the documented form, which is the same at any moment.
func (s Shared) JSONAt(topics.Moment) any {
	d := s.departures
	told := sharedJSON{
		Stop: d.Stop, Period: d.Period.Seconds(), Complete: d.Complete && d.Mismatch == "", Attribution: d.Attribution,
		List: append([]topics.Departure{}, d.List...),
	}
	if d.Zone != nil {
		told.Zone = d.Zone.String()
	}
	return told
}

// DecodeShared decodes the envelope of a Shared whose message a broker keeps until left
// has passed. The message was published with the rest of the lifetime as its expiry. So
// the age is the lifetime less what is left, whatever the clocks of the boards show.
func DecodeShared(payload []byte, left time.Duration) (Reply, error) {
	envelope := Parse(payload)
	lifetime := seconds(envelope.Get("max_age_s"))
	if left <= 0 || lifetime <= 0 {
		return Reply{}, InvalidReply("no expiry, so that its age is not known")
	}
	value := envelope.Get("value")
	var told sharedJSON
	all := Read(value, &told)
	found, err := Decode(told.List, all && told.Complete, func(d topics.Departure) (topics.Departure, bool) { return d, true })
	found.Age = max(0, lifetime-left)
	found.Period = seconds(value.Get("period_s"))
	found.Stop, found.Zone, found.Attribution = told.Stop, Zone(told.Zone), told.Attribution
	return found, err
}

// seconds reads a number of seconds, of at most a day; anything else is 0.
func seconds(v gjson.Result) time.Duration {
	if n := v.Num; v.Type == gjson.Number && n > 0 && n <= (24*time.Hour).Seconds() {
		return time.Duration(math.Round(n * float64(time.Second)))
	}
	return 0
}
