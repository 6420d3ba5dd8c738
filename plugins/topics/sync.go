package topics

import (
	"encoding/json"
	"time"
)

// Sync is one measurement of the time on which several sources agree. As JSON:
//
//	{"at": "2026-11-19T07:52:00+11:00", "count": 3, "agreed": 4, "asked": 4,
//	 "offset_s": 0.012, "spread_s": 0.003,
//	 "server": "time.example", "stratum": 2, "round_trip_s": 0.021}
type Sync struct {
	At     time.Time // by the corrected clock
	Count  int       // of the measurements since the instance started, this one included
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

// PayloadType returns "sync".
func (Sync) PayloadType() string { return "sync" }

// MarshalJSON writes the documented form.
func (s Sync) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		At        time.Time `json:"at"`
		Count     int       `json:"count"`
		Agreed    int       `json:"agreed"`
		Asked     int       `json:"asked"`
		Offset    float64   `json:"offset_s"`
		Spread    float64   `json:"spread_s"`
		Server    string    `json:"server"`
		Stratum   int       `json:"stratum"`
		RoundTrip float64   `json:"round_trip_s"`
	}{
		s.At.Truncate(time.Second), s.Count, s.Agreed, s.Asked,
		s.Offset.Seconds(), s.Spread.Seconds(), s.Server, s.Stratum, s.RoundTrip.Seconds(),
	})
}
