package simulate

import (
	"encoding/json"
	"math/rand/v2"
	"time"
)

// night is the end of the timetable. If last is zero there is none.
type night struct{ last time.Time }

// fault is the family: the last train departs, and no more are announced for a while.
func (n *night) fault(w *World) fault {
	return fault{
		name: "night", rests: 9 * time.Hour, lasts: 40 * time.Minute,
		begin: func(rng *rand.Rand) string {
			n.last = w.now().Add(about(rng, 6*time.Minute))
			return "last departure " + n.last.UTC().Format(time.TimeOnly)
		},
		end: func() { n.last = time.Time{} },
	}
}

// filter removes later departures from a reply.
func (n *night) filter(reply []byte) []byte {
	var message map[string]any
	if n.last.IsZero() || json.Unmarshal(reply, &message) != nil {
		return reply
	}
	kind, scheduled := "departures", func(row map[string]any) any { return row["scheduled_departure_utc"] }
	if message["stopTimes"] != nil {
		kind, scheduled = "stopTimes", func(row map[string]any) any { return row["place"].(map[string]any)["scheduledDeparture"] }
	}
	list, ok := message[kind].([]any)
	if !ok {
		return reply
	}
	kept := []any{}
	for _, d := range list {
		if at, err := time.Parse(time.RFC3339, scheduled(d.(map[string]any)).(string)); err == nil && !at.After(n.last) {
			kept = append(kept, d)
		}
	}
	message[kind] = kept
	filtered, err := json.Marshal(message)
	if err != nil {
		return reply
	}
	return filtered
}
