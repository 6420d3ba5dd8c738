package topics

import "time"

// Sync is one agreement on the time.
type Sync struct {
	At     time.Time // when, by the corrected clock
	Count  int       // of the agreements since the instance started, this one included
	Agreed int       // servers that agreed …
	Asked  int       // … of those that were asked

	// Offset is true time minus the system's clock: above zero, that clock
	// is behind. Spread is how far the agreeing servers lie apart.
	Offset time.Duration
	Spread time.Duration

	// Server is the one with the smallest bound on its error.
	Server    string
	Stratum   int           // of Server: 1 has a reference clock of its own
	RoundTrip time.Duration // to Server and back
}
