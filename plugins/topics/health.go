package topics

// Health is how an instance is. The daemon publishes it for every instance, as the
// topic health. As JSON:
//
//	{"condition": "degraded", "why": "connection refused"}
type Health struct {
	Condition string `json:"condition"`     // ok, degraded (it runs, and lacks something) or failed
	Why       string `json:"why,omitempty"` // empty while it is ok
}

// PayloadType returns "health".
func (Health) PayloadType() string { return "health" }
