package simulate

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// service is one departure.
type service struct {
	scheduled, estimated time.Time
	cancelled, bus       bool
	atPlatform           bool
	presumed             bool   // the estimate is that of an earlier reply
	run                  string // its reference
	route                int
	destination          string // with the number of its route, if that has one
	sign                 string // the same in full
	platform             string // as it is told: platform 2
	mode                 string // of MOTIS
	of                   *feed  // whose it is
	line, end            string // its number or else its name; where it ends
	express              bool
}

// when returns the time that counts: of a cancelled service the scheduled one.
func (s service) when() time.Time {
	if s.estimated.IsZero() || s.cancelled {
		return s.scheduled
	}
	return s.estimated
}

const (
	// delayKept is how long a delay counts after the last estimate.
	delayKept = 2 * time.Minute
	// blurred is how much earlier or later the daemon may find that time over.
	blurred = 5 * time.Second
	// maxRecent is more than the number of replies in that time.
	maxRecent = 8
)

// isEmpty reports whether a reply has no departures at all.
func isEmpty(body []byte) bool {
	var message struct {
		Departures, StopTimes []json.RawMessage
	}
	return json.Unmarshal(body, &message) == nil && len(message.Departures)+len(message.StopTimes) == 0
}

// waits reports whether a train is still at the platform, so that it can be caught
// after its time.
func (s service) waits(walk time.Duration) bool { return s.atPlatform && !s.cancelled && walk == 0 }

// text returns the text of a departure's row.
func (s service) text(zone *time.Location) string {
	switch {
	case s.cancelled:
		return s.destination + ", " + s.scheduled.In(zone).Format("15:04") + " cancelled"
	case s.bus:
		return s.destination + ", by bus"
	}
	text := s.destination
	if s.platform != "" {
		text += ", " + s.platform
	}
	if s.express {
		text += ", express"
	}
	return text
}

func (s service) badge(now time.Time, zone *time.Location) string {
	if s.cancelled {
		return "✗"
	}
	badge, line := waitText(s.when(), now, zone), ""
	if s.estimated.IsZero() || s.presumed {
		line = "~"
	}
	switch {
	case s.bus:
		return "🚌" + badge + line
	case s.atPlatform && badge == "0":
		return "now" + line
	}
	return badge + line
}

// waitText formats the time until a departure: minutes, from an hour on the time of day,
// from a day on days.
func waitText(when, now time.Time, zone *time.Location) string {
	switch wait := max(0, when.Sub(now)); {
	case wait < time.Hour:
		return strconv.Itoa(int(wait / time.Minute))
	case wait < 24*time.Hour:
		return when.In(zone).Format("15:04")
	default:
		return strconv.Itoa(int(wait/(24*time.Hour))) + "d"
	}
}

// services decodes the body when it is first needed. Most replies are never needed.
func (a *reply) services() []service {
	if a.list != nil || a.body == nil {
		return a.list
	}
	a.complete, a.list = true, []service{}
	if a.motis {
		a.decodeMOTIS()
	} else {
		a.decodePTV()
	}
	if !a.mutated {
		a.presumeDelays()
		a.dropRepeated()
	}
	a.earlier = nil
	for i := range a.list {
		a.list[i].of = a.of
	}
	slices.SortStableFunc(a.list, func(a, b service) int {
		return cmp.Or(a.when().Compare(b.when()), a.scheduled.Compare(b.scheduled))
	})
	if a.exact { // otherwise the daemon may keep later ones instead of those that were lost
		a.limit()
	}
	a.body = nil
	return a.list
}

// estimatesLast is how long estimates count. Then the timetable does.
const estimatesLast = 5 * time.Minute

// servicesAt returns what is known at a moment, in the order of departure.
func (a *reply) servicesAt(m moment) []service {
	if m.at.Sub(a.received) <= estimatesLast {
		return a.services()
	}
	list := slices.Clone(a.services())
	for i := range list {
		list[i].estimated = time.Time{}
	}
	slices.SortStableFunc(list, func(a, b service) int { return a.when().Compare(b.when()) })
	return list
}

func (a *reply) decodePTV() {
	var message struct {
		Departures []struct {
			Stop       int        `json:"stop_id"`
			Ref        string     `json:"run_ref"`
			Route      int        `json:"route_id"`
			Direction  int        `json:"direction_id"`
			Scheduled  time.Time  `json:"scheduled_departure_utc"`
			Estimated  *time.Time `json:"estimated_departure_utc"`
			AtPlatform bool       `json:"at_platform"`
			Platform   string     `json:"platform_number"`
			Flags      string     `json:"flags"`
		} `json:"departures"`
		Runs map[string]struct {
			Status      string `json:"status"`
			FinalStop   int    `json:"final_stop_id"`
			Destination string `json:"destination_name"`
			Express     int    `json:"express_stop_count"`
		} `json:"runs"`
		Routes map[string]struct {
			Name   string `json:"route_name"`
			Number string `json:"route_number"`
		} `json:"routes"`
	}
	if err := json.Unmarshal(a.body, &message); err != nil {
		panic("simulate: decode reply: " + err.Error())
	}
	inDirection := map[int]int{}
	for _, d := range message.Departures {
		run, route := message.Runs[d.Ref], message.Routes[strconv.Itoa(d.Route)]
		s := service{
			scheduled: d.Scheduled, atPlatform: d.AtPlatform, express: run.Express > 0,
			cancelled: run.Status == "cancelled", bus: strings.Contains(d.Flags, "RRB"),
			destination: headsign(run.Destination, route.Number), sign: sign(run.Destination, route.Number), run: d.Ref, route: d.Route,
			line: cmp.Or(route.Number, route.Name), end: run.Destination,
		}
		inDirection[d.Direction]++ // of all rows, since the API counts them all
		a.complete = a.complete && inDirection[d.Direction] < a.maxResults
		setsDown, ends := slices.Contains(strings.Split(d.Flags, "-"), "DOO"), run.FinalStop == d.Stop && d.Stop != 0
		if !a.mutated && (setsDown || ends) { // of mutated ones the daemon may not know it
			continue
		}
		if d.Estimated != nil {
			s.estimated = *d.Estimated
		}
		if d.Platform != "" {
			s.platform = "platform " + d.Platform
		}
		a.list = append(a.list, s)
	}
}

func (a *reply) decodeMOTIS() {
	var message struct {
		StopTimes []struct {
			Place struct {
				Departure          time.Time `json:"departure"`
				ScheduledDeparture time.Time `json:"scheduledDeparture"`
				Track              string    `json:"track"`
				ScheduledTrack     string    `json:"scheduledTrack"`
			} `json:"place"`
			Mode          string `json:"mode"`
			RealTime      bool   `json:"realTime"`
			Headsign      string `json:"headsign"`
			TripID        string `json:"tripId"`
			Line          string `json:"displayName"`
			TripCancelled bool   `json:"tripCancelled"`
		} `json:"stopTimes"`
	}
	if err := json.Unmarshal(a.body, &message); err != nil {
		panic("simulate: decode reply: " + err.Error())
	}
	a.complete = len(message.StopTimes) < a.maxResults
	for _, t := range message.StopTimes {
		s := service{
			scheduled: t.Place.ScheduledDeparture, cancelled: t.TripCancelled, run: t.TripID, mode: t.Mode,
			line: t.Line, end: t.Headsign,
			destination: t.Line + " " + short(t.Headsign), sign: t.Line + " " + t.Headsign,
		}
		if t.RealTime {
			s.estimated = t.Place.Departure
		}
		where := "platform "
		if t.Mode == "BUS" {
			where = "bay "
		}
		switch planned := t.Place.ScheduledTrack; {
		case t.Place.Track == "" && planned != "":
			s.platform = where + planned
		case t.Place.Track != "" && planned != "" && t.Place.Track != planned:
			s.platform = "changed to " + where + t.Place.Track
		case t.Place.Track != "":
			s.platform = where + t.Place.Track
		}
		a.list = append(a.list, s)
	}
}

// presumeDelays completes services without an estimate by that of an earlier reply.
func (a *reply) presumeDelays() {
	for i := range a.list {
		s := &a.list[i]
		if !s.estimated.IsZero() || s.cancelled {
			continue
		}
		follows := a.follows
		for _, e := range slices.Backward(a.earlier) {
			age := a.received.Sub(e.received)
			if age >= delayKept+blurred {
				break
			}
			known := e.services()
			j := slices.IndexFunc(known, func(other service) bool { return other.run == s.run && other.scheduled.Equal(s.scheduled) })
			switch {
			case j < 0 || known[j].cancelled: // the daemon may have forgotten the delay
				follows = false
				continue
			case known[j].estimated.IsZero() || known[j].presumed:
				continue
			case follows && age < delayKept-blurred:
				s.estimated, s.presumed = known[j].estimated, true
			default:
				a.exact = false
			}
			break
		}
	}
}

// known returns how much is known of a departure: 2 if its time is live.
func (s service) known() int {
	switch {
	case s.estimated.IsZero():
		return 0
	case s.presumed:
		return 1
	}
	return 2
}

// dropRepeated drops rows of the same vehicle, except the one of which most is known.
func (a *reply) dropRepeated() {
	all := a.list
	a.list = make([]service, 0, len(all))
	for i, s := range all {
		repeated := false
		for j, other := range all {
			same := i != j && s.scheduled.Equal(other.scheduled) && s.route == other.route && s.destination == other.destination &&
				s.bus == other.bus && s.mode == other.mode && s.cancelled == other.cancelled
			repeated = repeated || same && (other.known() > s.known() || other.known() == s.known() && j < i)
		}
		if !repeated {
			a.list = append(a.list, s)
		}
	}
}

// limit drops departures beyond the count, as the daemon does.
func (a *reply) limit() {
	catchable := 0
	for i, s := range a.list {
		if !s.when().Before(a.catchable) && !s.cancelled {
			catchable++
		}
		if catchable > a.count {
			a.list, a.complete = a.list[:i], false
			return
		}
	}
}

// shortened are words of destinations, and what the panel shows in their place.
var shortened = map[string]string{"Street": "St", "Road": "Rd", "Avenue": "Ave", "University": "Uni"}

// headsign returns the destination with the number of its route as the panel shows it:
// "601 Monash Uni". Whether the "via" of a route's name lies ahead is not known.
func headsign(destination, number string) string {
	return short(sign(destination, number))
}

func sign(destination, number string) string {
	place, _, _ := strings.Cut(destination, "/")
	return strings.TrimSpace(number + " " + strings.TrimSpace(place))
}

// short returns a destination with the words that the panel shortens.
func short(destination string) string {
	words := strings.Fields(destination)
	for i, word := range words {
		begin, street, hasStreet := strings.Cut(word, "/")
		if short, ok := shortened[begin]; ok {
			begin = short
		}
		if words[i] = begin; hasStreet {
			words[i] += "/" + street
		}
	}
	return strings.Join(words, " ")
}
