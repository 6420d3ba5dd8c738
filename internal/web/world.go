package web

import "image"

// World is what surrounds a simulated board: somebody can look at it, touch it and
// break it. Its methods belong to the loop and do not block.
type World interface {
	// Picture returns what the panel that an instance drives shows, brightness 0
	// to 1; false: the world has no such panel. Changes counts its changes.
	Picture(instance string) (picture *image.Gray, brightness float64, ok bool)
	Changes(instance string) int

	// Press, Release and Turn move the real contacts of an instance.
	Press(instance string) error
	Release(instance string) error
	Turn(instance string, detents int) error

	// Faults are the ways in which the world can fail; Break and Mend take the
	// name of one.
	Faults() []Fault
	Break(fault string) error
	Mend(fault string) error

	// Speed returns how fast time runs, and the speeds that there are.
	Speed() (now float64, choice []float64)
	SetSpeed(float64) error
}
