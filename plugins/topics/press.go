package topics

// Press is whether something is pressed: a button, by a finger or by an action in
// its place. As JSON:
//
//	{"down": true}
type Press struct {
	Down bool `json:"down"` // debounced
}

// PayloadType returns "press".
func (Press) PayloadType() string { return "press" }
