package web

// World is the environment of a simulated board, which can be looked at, operated and
// broken. Its methods are called on the event loop and do not block.
type World interface {
	// Shown returns what the world really shows in place of a value of that type which
	// an instance has published, such as the picture on a panel; false means nothing.
	// Changes counts its changes.
	Shown(instance, payloadType string) (payload any, ok bool)
	Changes(instance, payloadType string) uint64

	// Act carries out an action so many times by moving the real contacts that lead to
	// it. It returns false if there are none.
	Act(instance, action string, times int) (handled bool, err error)

	// Faults returns the faults that can be caused; Break and Mend take the name of
	// one.
	Faults() []Fault
	Break(fault string) error
	Mend(fault string) error

	// Speed returns how fast time runs, and the possible speeds.
	Speed() (now float64, choice []float64)
	SetSpeed(float64) error
}

// WorldState is the state of a World.
type WorldState struct {
	Faults []Fault   `json:"faults"`
	Speed  float64   `json:"speed"` // of time; 1: real time
	Speeds []float64 `json:"speeds,omitempty"`
}

// Fault is a way in which the world can fail.
type Fault struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Doc   string `json:"doc"`
	On    bool   `json:"on"`
	Once  bool   `json:"once"` // it happens once and needs no mending
}
