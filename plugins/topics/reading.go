package topics

import "iter"

// Reading is what a sensor measures. As JSON:
//
//	{"value": 21.4, "unit": "°C"}
type Reading struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"` // as people write it; empty: a plain number
}

// PayloadType returns "reading".
func (Reading) PayloadType() string { return "reading" }

// Figures returns reading, the value in its unit.
func (r Reading) Figures(Moment) iter.Seq2[string, float64] {
	return func(yield func(string, float64) bool) { yield("reading", r.Value) }
}
