package topics

// Press is whether somebody presses it.
type Press struct {
	Down bool // debounced, and by whatever means: a finger, or an action in its place
}
