package topics

import (
	"encoding/hex"
	"encoding/json"
	"image"
	"slices"
	"time"

	"ptvd/internal/scheduler"
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
func (l Level) Figures(Moment) map[string]float64 {
	return map[string]float64{"lamp_duty_ratio": l.duty()}
}

// FigureHelp explains the figure.
func (l Level) FigureHelp(string) string { return "Duty cycle of the output, from 0 to 1." }

// Press is whether something is pressed: a button, by a finger or by an action in
// its place. As JSON:
//
//	{"down": true}
type Press struct {
	Down bool `json:"down"` // debounced
}

// PayloadType returns "press".
func (Press) PayloadType() string { return "press" }

// Switch is whether something is on. As JSON:
//
//	{"on": true}
type Switch struct {
	On bool `json:"on"`
}

// PayloadType returns "switch".
func (Switch) PayloadType() string { return "switch" }

// Figures returns switched_on: 1 or 0.
func (s Switch) Figures(Moment) map[string]float64 {
	if s.On {
		return map[string]float64{"switched_on": 1}
	}
	return map[string]float64{"switched_on": 0}
}

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
func (r Reading) Figures(Moment) map[string]float64 {
	return map[string]float64{"reading": r.Value}
}

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

// Picture is what a panel shows, a lit LED white. As JSON each row is hexadecimal,
// a bit for each LED, the leftmost the highest bit of the first digit, filled up
// with zeros to whole bytes:
//
//	{"width": 32, "height": 8, "rows": ["00ff00ff", …], "brightness": 0.5}
//
// A picture with levels between has a digit for each pixel, from 0 to f:
//
//	{"width": 256, "height": 64, "levels": 16, "rows": ["00f09f00…", …], "brightness": 0.5}
//
// The brightness is that of a [LitPicture], which other pictures do not have.
type Picture struct{ *image.Gray } // no more, so that one is published without an allocation

// LitPicture is a picture on a panel of a brightness, from above 0 to 1.
type LitPicture struct {
	Picture
	Brightness float64
}

// PayloadType returns "picture".
func (Picture) PayloadType() string { return "picture" }

// MarshalJSON writes the documented form.
func (p Picture) MarshalJSON() ([]byte, error) { return LitPicture{p, 0}.MarshalJSON() }

// MarshalJSON writes the documented form.
func (p LitPicture) MarshalJSON() ([]byte, error) {
	width, height := p.Rect.Dx(), p.Rect.Dy()
	bits, levels := 1, 0
	if slices.ContainsFunc(p.Pix, func(level uint8) bool { return level != 0 && level != 0xff }) {
		bits, levels = 4, 16
	}
	rows, row := make([]string, height), make([]byte, (width*bits+7)/8)
	for y := range height {
		clear(row)
		for x, level := range p.Pix[y*p.Stride:][:width] {
			row[x*bits/8] |= level >> (8 - bits) << (8 - bits) >> (x * bits % 8)
		}
		rows[y] = hex.EncodeToString(row)
	}
	return json.Marshal(struct {
		Width      int      `json:"width"`
		Height     int      `json:"height"`
		Levels     int      `json:"levels,omitempty"`
		Rows       []string `json:"rows"`
		Brightness float64  `json:"brightness,omitempty"`
	}{width, height, levels, rows, p.Brightness})
}

// Text is a text for people: what a picture says, for those who cannot see it; it
// is empty while the panel is dark. As JSON it is a string.
type Text string

// PayloadType returns "text".
func (Text) PayloadType() string { return "text" }

// Health says how well an instance works. The daemon publishes it for every
// instance, as the topic health. As JSON:
//
//	{"condition": "degraded", "why": "connection refused"}
type Health struct {
	Condition string `json:"condition"`     // ok, degraded (it runs, and lacks something) or failed
	Why       string `json:"why,omitempty"` // empty while it is ok
}

// PayloadType returns "health".
func (Health) PayloadType() string { return "health" }

// Gesture is what somebody did with a button: one of [Gestures]. As JSON it is a
// string.
type Gesture string

// Gestures lists all gestures. Press and release are published for every press, and
// each press is also part of one of the others.
var Gestures = []Gesture{"press", "release", "click", "double", "triple", "long"}

// PayloadType returns "gesture".
func (Gesture) PayloadType() string { return "gesture" }

// Inbox is the newest message of each topic of other machines, the newest last. As JSON:
//
//	[{"topic": "ptvd/kitchen/trains/shared", "bytes": 812, "age_s": 12, "left_s": 288}]
type Inbox []Received

// Received is a message that another machine has published.
type Received struct {
	Topic   string // of the broker
	Payload []byte
	Came    scheduler.Instant
	Left    time.Duration // until it expired when it came; 0: it does not
}

// PayloadType returns "inbox".
func (Inbox) PayloadType() string { return "inbox" }

// JSONAt returns the documented form.
func (i Inbox) JSONAt(m Moment) any {
	type message struct {
		Topic string  `json:"topic"`
		Bytes int     `json:"bytes"`
		Age   float64 `json:"age_s"` // since it came
		Left  float64 `json:"left_s,omitempty"`
	}
	all := []message{}
	for _, r := range i {
		age := m.Mono.Sub(r.Came)
		all = append(all, message{r.Topic, len(r.Payload), age.Seconds(), max(0, r.Left-age).Seconds()})
	}
	return all
}
