// Package pressing holds the words of something that is pressed: what a plugin such
// as button publishes, for a page to show.
package pressing

// State is whether somebody presses it.
type State struct {
	Down bool // debounced, and by whatever means: a finger, or an action in its place
}
