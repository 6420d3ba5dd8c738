// Package panel is what the pages and the devices of a panel share, so that a
// package which adds one imports this package and plugins, and no other.
//
// A page is a function from a [Moment] to a picture and to the same in words. The
// package that has it adds the struct of its options to the kind [PageConfig]:
//
//	type Config struct {
//		From plugins.From[topics.Reading] `yaml:"from" doc:"what is shown" required:"true" short:"true"`
//	}
//
//	func init() { plugins.AddMember[panel.PageConfig]("degrees", "a temperature", Config{}) }
//
//	func (c *Config) NewPage(env plugins.Env) panel.Page {
//		source := plugins.Subscribe(env, c.From)
//		return panel.Page{Version: source.Version, Draw: func(on *image.Gray, m *panel.Moment) {
//			reading, _ := source.Get()
//			panel.Text(on, fmt.Sprintf("%.1f %s", reading.Value, reading.Unit), m)
//		}}
//	}
//
// From then on a display can have {degrees: thermometer} among its pages. A device,
// such as a chain of MAX7219, is added to the kind [DeviceConfig] in the same way.
package panel

import (
	"image"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/topics"
)

// PageConfig is the options of a page.
type PageConfig interface {
	// NewPage makes the page for one display.
	NewPage(env plugins.Env) Page
}

// Texter is a PageConfig with texts of its own. The display warns of those that its font
// lacks.
type Texter interface {
	// Texts returns the texts by their options.
	Texts() map[string]string
}

// Page is one page of a display.
type Page struct {
	// Draw draws the page as it is at a moment. The picture, whose origin is 0, 0,
	// is dark before. Draw depends on the moment and on what Version counts, and
	// tells the moment until when the picture is true. It may remember which part of
	// the page it has drawn; at the same moment it draws the same picture again.
	Draw func(on *image.Gray, m *Moment)

	// Version returns another number whenever the page has other data to show. Nil
	// means that it never does.
	Version func() uint64

	// Problem says why the page cannot show what it is configured to, for the health of
	// the display; empty: it can. It depends on what Version counts. Nil: it always can.
	Problem func() string
}

// Moment is all that a page is drawn from besides its data, and takes what is to be
// known of the picture.
type Moment struct {
	topics.Moment
	Started plugins.Instant // when the display was started
	Shown   time.Duration   // how long the page has been shown
	Step    time.Duration   // the time in which a scrolling text moves by one pixel
	Font    *font.Face      // the owner's font for high pictures; nil: those of package font

	Words topics.Text     // what the picture says
	Marks []string        // how its data are marked, which Words says, too
	Until topics.Until    // until when it is true
	Moves plugins.Instant // when something in it moves next; 0: nothing does
	Ends  plugins.Instant // when all of a long text or of several rows was shown; 0: all is shown at once
}

// Say sets what the picture says, for those who cannot see it.
func (m *Moment) Say(parts ...string) { m.Words = topics.Text(strings.Join(parts, ", ")) }

// mark notes how the data of the picture are marked.
func (m *Moment) mark(how string) {
	m.Words += topics.Text(" (" + how + ")")
	m.Marks = append(m.Marks, how)
}

// TrueUntil notes until when something in the picture is true. The earliest limit
// counts.
func (m *Moment) TrueUntil(limit topics.Until) { m.Until = m.Until.And(limit) }

// TrueFor notes for how long something in the picture is true.
func (m *Moment) TrueFor(d time.Duration) { m.TrueUntil(m.UntilMono(m.Mono.Add(d))) }

// MovesIn notes that something in the picture moves after d. The display draws it
// just then, and not at its next look at the page.
func (m *Moment) MovesIn(d time.Duration) {
	m.TrueFor(d)
	if at := m.Mono.Add(d); m.Moves == 0 || at < m.Moves {
		m.Moves = at
	}
}

// EndsIn notes that all of the page was shown after d, for which the turn to the next
// page waits. The picture is not true for longer.
func (m *Moment) EndsIn(d time.Duration) {
	m.TrueFor(d)
	m.Ends = m.Mono.Add(d)
}

// TrueThisMinute notes that something in the picture depends on the time of day.
func (m *Moment) TrueThisMinute() {
	m.TrueUntil(m.UntilCivil(m.Now.Truncate(time.Minute).Add(time.Minute)))
}
