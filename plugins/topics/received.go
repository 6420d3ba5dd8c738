package topics

import "time"

// Received is a message that another machine has published. As JSON:
//
//	{"topic": "ptvd/kitchen/trains/shared", "bytes": 812, "left_s": 288}
type Received struct {
	Topic   string // of the broker
	Payload []byte
	Left    time.Duration // until it expires; 0: it does not
}

// PayloadType returns "received".
func (Received) PayloadType() string { return "received" }

// JSONAt returns the documented form.
func (r Received) JSONAt(Moment) any {
	return struct {
		Topic string  `json:"topic"`
		Bytes int     `json:"bytes"`
		Left  float64 `json:"left_s,omitempty"`
	}{r.Topic, len(r.Payload), r.Left.Seconds()}
}
