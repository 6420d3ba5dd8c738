package topics

// Level is how bright a lamp is.
type Level struct {
	// Goal is where the light is going and Now where it is: 0 (off) to 1, as
	// the eye sees it.
	Goal, Now float64

	// Duty is the duty cycle of the outputs, 0 (off) to 65535 (always on).
	Duty uint16

	// Turned is the detents by which a knob, or who acts in its place, has turned
	// the lamp up since its start, less those by which it was turned down.
	Turned int
}
