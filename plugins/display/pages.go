// Pages that show one thing: a time, a text, a reading, or what another display shows.

package display

import (
	"image"
	"image/draw"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/topics"
)

func init() {
	plugins.AddMember[panel.PageConfig]("clock", "the time", Clock{Hours: "24"})
	plugins.AddMember[panel.PageConfig]("message", "a text", Message{})
	plugins.AddMember[panel.PageConfig]("mirror", "what another display shows, in the middle", Mirror{})
	plugins.AddMember[panel.PageConfig]("reading", "what a sensor measures; -- once the last value is too old, and a dotted line before that", Reading{})
}

// Clock is the page with the time.
type Clock struct {
	Hours    string `yaml:"hours" doc:"whether the day has 24 hours or twice 12" oneof:"24 12" short:"true"`
	Timezone string `yaml:"timezone" doc:"the time zone, such as Europe/London; without it the one of the file"`
}

// Validate refuses a time zone that is not known.
func (p *Clock) Validate() error {
	if _, err := p.zone(); err != nil {
		return plugins.OptionErrorf("timezone", "%v; write one as Europe/London", err)
	}
	return nil
}

// zone returns the configured time zone; nil: that of the file.
func (p *Clock) zone() (*time.Location, error) {
	if p.Timezone == "" {
		return nil, nil
	}
	return time.LoadLocation(p.Timezone)
}

// NewPage makes the page.
func (p *Clock) NewPage(plugins.Env) panel.Page {
	zone, _ := p.zone() // Validate has looked it up
	return panel.Page{Draw: func(on *image.Gray, m *panel.Moment) { p.draw(on, m, zone) }}
}

// draw draws the time in a zone, or that it is not known.
func (p *Clock) draw(on *image.Gray, m *panel.Moment, zone *time.Location) {
	text, now := "--:--", m.Now
	m.TrueThisMinute()
	if zone != nil {
		now = now.In(zone)
	}
	switch {
	case !m.Synchronized:
	case p.Hours == "12":
		text = now.Format("3:04")
	default:
		text = now.Format("15:04")
	}
	face := font.Bold
	if face.Width(text) > on.Rect.Dx() {
		face = font.Text
	}
	face, top := panel.Enlarge(on, face, face.Width(text))
	if p.Timezone == "" {
		m.Say(text)
	} else {
		m.Say(text, p.Timezone)
	}
	face.Draw(on, (on.Rect.Dx()-face.Width(text))/2, top, text)
}

// Message is a page with a fixed text.
type Message struct {
	Text string `yaml:"text" doc:"what it says" required:"true" short:"true"`
}

// maxMessage is the maximum length of a message, in characters.
const maxMessage = 500

// Validate refuses a message that is empty or too long.
func (p *Message) Validate() error {
	if n := utf8.RuneCountInString(strings.TrimSpace(p.Text)); n == 0 || n > maxMessage {
		return plugins.OptionErrorf("text", "a message has 1 to %d characters; this one has %d", maxMessage, n)
	}
	return nil
}

// Texts returns the message.
func (p *Message) Texts() map[string]string { return map[string]string{"text": p.Text} }

// NewPage makes the page.
func (p *Message) NewPage(plugins.Env) panel.Page {
	return panel.Page{Draw: func(on *image.Gray, m *panel.Moment) { panel.Text(on, p.Text, m) }}
}

// Mirror is a page with the picture of another display.
type Mirror struct {
	From plugins.From[topics.Picture] `yaml:"from" doc:"the instance of the other display" required:"true" short:"true"`
}

// NewPage makes the page.
func (p *Mirror) NewPage(env plugins.Env) panel.Page {
	source, said := plugins.Subscribe(env, p.From), plugins.Subscribe(env, plugins.From[topics.Text]{Instance: p.From.Instance, Topic: "text"})
	var drawn uint64
	return panel.Page{Version: source.Version, Draw: func(on *image.Gray, m *panel.Moment) {
		if version := source.Version(); version != drawn {
			drawn = version
			m.MovesIn(m.Step) // where something scrolls, the next picture follows soon
		}
		words, _ := said.Get()
		m.Say(string(words))
		if picture, ok := source.Get(); ok {
			margin := on.Rect.Max.Sub(picture.Rect.Max).Div(2)
			draw.Draw(on, picture.Rect.Add(margin), picture, image.Point{}, draw.Src)
		}
	}}
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
