package simulate

import (
	"encoding/json"
	"math/rand/v2"
	"time"
)

// night is when the last service leaves; zero: they go on and on.
type night struct{ last time.Time }

// fault is the family: the timetable comes to an end, as it does every night where
// trains do not run through.
func (n *night) fault(w *World) fault {
	return fault{
		name: "night", rests: 9 * time.Hour, lasts: 40 * time.Minute,
		begin: func(dice *rand.Rand) string {
			n.last = w.now().Add(about(dice, 6*time.Minute))
			return "the last one leaves by " + n.last.UTC().Format(time.TimeOnly)
		},
		end: func() { n.last = time.Time{} },
	}
}

// cut leaves out of a reply what would leave later.
func (n *night) cut(reply []byte) []byte {
	var said map[string]any
	if n.last.IsZero() || json.Unmarshal(reply, &said) != nil {
		return reply
	}
	list, _ := said["departures"].([]any)
	kept := []any{}
	for _, d := range list {
		if at, err := time.Parse(time.RFC3339, d.(map[string]any)["scheduled_departure_utc"].(string)); err == nil && !at.After(n.last) {
			kept = append(kept, d)
		}
	}
	said["departures"] = kept
	cut, err := json.Marshal(said)
	if err != nil {
		return reply
	}
	return cut
}
