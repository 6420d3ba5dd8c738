// Package caption holds the words for what somebody cannot see: what a plugin such
// as display publishes beside a picture, for a page to have it read aloud.
package caption

// Text is what a picture says, in a line for people; empty: it is dark.
type Text string
