package display

import (
	"image"
	"math"
	"strconv"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
)

func init() {
	plugins.AddMember[panel.PageConfig]("reading", "what a sensor measures; -- once the last value is too old, and a dotted line before that", Reading{})
}

// Reading is the page with what a sensor measures.
type Reading struct {
	From plugins.From[topics.Reading] `yaml:"from" doc:"the instance that measures it" required:"true" short:"true"`
}

// NewPage makes the page.
func (p *Reading) NewPage(env plugins.Env) panel.Page {
	source := plugins.Subscribe(env, p.From)
	return panel.Page{Version: source.Version, Draw: func(on *image.Gray, m *panel.Moment) {
		reading, ok := source.Get()
		if ok {
			m.TrueUntil(m.UntilMono(source.Expires()).And(m.UntilMono(source.Old())))
		}
		drawReading(on, reading, ok, m.Mono >= source.Old(), m)
	}}
}

// drawReading draws a reading, or that there is none.
func drawReading(on *image.Gray, reading topics.Reading, ok, old bool, m *panel.Moment) {
	if !ok {
		panel.Text(on, "--", m)
		m.Say("no reading")
		return
	}
	if panel.Text(on, readingText(reading), m); old {
		panel.MarkOld(on, m)
	}
}

// readingText returns a value with its unit. Sensors are seldom exact to more than three
// digits, and more do not fit.
func readingText(r topics.Reading) string {
	digits := 0
	if math.Abs(r.Value) < 99.95 {
		digits = 1
	}
	text := strconv.FormatFloat(r.Value, 'f', digits, 64)
	if zero := strconv.FormatFloat(0, 'f', digits, 64); text == "-"+zero {
		text = zero
	}
	if r.Unit != "" {
		text += " " + r.Unit
	}
	return text
}
