package topics

import (
	"encoding/json"
	"iter"
)

// Level is how bright a lamp is. As JSON:
//
//	{"goal": 0.4, "level": 0.25, "duty": 0.02, "turned": 8}
type Level struct {
	// Goal is where the light is going and Now where it is: 0 (off) to 1, as
	// the eye sees it; "goal" and "level" in JSON.
	Goal, Now float64

	// Duty is the duty cycle of the outputs, 0 (off) to 65535 (always on); 0 to
	// 1 in JSON.
	Duty uint16

	// Turned is the detents by which a knob, or an action in its place, has
	// turned the lamp up since its start, less those by which it was turned down.
	Turned int
}

// PayloadType returns "level".
func (Level) PayloadType() string { return "level" }

func (l Level) duty() float64 { return float64(l.Duty) / 0xFFFF }

// MarshalJSON writes the documented form.
func (l Level) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Goal   float64 `json:"goal"`
		Level  float64 `json:"level"`
		Duty   float64 `json:"duty"`
		Turned int     `json:"turned"`
	}{l.Goal, l.Now, l.duty(), l.Turned})
}

// Figures returns lamp_duty_ratio.
func (l Level) Figures(Moment) iter.Seq2[string, float64] {
	return func(yield func(string, float64) bool) { yield("lamp_duty_ratio", l.duty()) }
}

// FigureHelp explains the figure.
func (l Level) FigureHelp(string) string { return "Duty cycle of the output, from 0 to 1." }
