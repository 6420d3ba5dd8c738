package simulate

import (
	"encoding/json"
	"math/rand/v2"
	"time"
)

// tracks changes correct replies of MOTIS: trains leave from another track than by the
// timetable.
type tracks struct{ track string } // empty: they do not

// fault is the family.
func (t *tracks) fault() fault {
	return fault{
		name: "tracks", rests: 30 * time.Minute, lasts: 12 * time.Minute,
		begin: func(rng *rand.Rand) string {
			t.track = []string{"2", "9", "12A"}[rng.IntN(3)]
			return "all trains leave from track " + t.track
		},
		end: func() { t.track = "" },
	}
}

// change returns a reply with the changes.
func (t *tracks) change(reply []byte) []byte {
	var message map[string]any
	if t.track == "" || json.Unmarshal(reply, &message) != nil {
		return reply
	}
	list, _ := message["stopTimes"].([]any)
	for _, row := range list {
		if place := row.(map[string]any)["place"].(map[string]any); place["track"] != nil {
			place["track"] = t.track
		}
	}
	changed, err := json.Marshal(message)
	if err != nil {
		panic("simulate: encode reply: " + err.Error())
	}
	return changed
}
