package topics

import (
	"time"

	"ptvd/internal/scheduler"
)

// Inbox is the newest message of each topic of other machines, the newest last. As JSON:
//
//	[{"topic": "ptvd/kitchen/trains/shared", "bytes": 812, "age_s": 12, "left_s": 288}]
type Inbox []Received

// Received is a message that another machine has published.
type Received struct {
	Topic   string // of the broker
	Payload []byte
	Came    scheduler.Instant
	Left    time.Duration // until it expired when it came; 0: it does not
}

// PayloadType returns "inbox".
func (Inbox) PayloadType() string { return "inbox" }

// JSONAt returns the documented form.
func (i Inbox) JSONAt(m Moment) any {
	type message struct {
		Topic string  `json:"topic"`
		Bytes int     `json:"bytes"`
		Age   float64 `json:"age_s"` // since it came
		Left  float64 `json:"left_s,omitempty"`
	}
	all := []message{}
	for _, r := range i {
		age := m.Mono.Sub(r.Came)
		all = append(all, message{r.Topic, len(r.Payload), age.Seconds(), max(0, r.Left-age).Seconds()})
	}
	return all
}
