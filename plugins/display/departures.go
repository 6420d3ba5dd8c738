package display

import (
	"cmp"
	"image"
	"image/color"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/topics"
)

func init() {
	plugins.AddMember[panel.PageConfig]("departures",
		"one departure after the other: destination, platform and minutes; No more, Missed and Later as on minutes",
		Departures{Rows: 2})
}

// Departures is the page with the next departures, one at a time.
type Departures struct {
	From        plugins.From[topics.Departures] `yaml:"from" doc:"the instance that publishes the departures" required:"true" short:"true"`
	Rows        int                             `yaml:"rows" doc:"how many departures take turns" min:"1" max:"4"`
	Disruptions bool                            `yaml:"disruptions" doc:"show their disruptions, too"`
}

// NewPage makes the page.
func (p *Departures) NewPage(env plugins.Env) panel.Page { return departuresPage(env, p.From, p.draw) }

// departuresPage returns a page that draws the newest departures of a source, and
// marks them where they are old.
func departuresPage(env plugins.Env, from plugins.From[topics.Departures], draw func(*image.Gray, topics.Departures, *panel.Moment)) panel.Page {
	source := plugins.Subscribe(env, from)
	return panel.Page{Version: source.Version, Draw: func(on *image.Gray, m *panel.Moment) {
		d, _ := source.Last()
		draw(on, d, m)
		markIfOld(on, d, m)
	}}
}

func markIfOld(on *image.Gray, d topics.Departures, m *panel.Moment) {
	freshness, until := d.Freshness(m.Moment)
	if m.TrueUntil(until); freshness == topics.Old && m.Synchronized {
		panel.MarkOld(on, m)
	}
}

// absences are the texts in the place of departures. Each fits on 32 LEDs.
var absences = map[topics.Absence]string{
	topics.NoClock: "No clock", topics.Loading: "Loading", topics.NoData: "No data", topics.OldData: "Old data",
	topics.NoneLeft: "No more", topics.Missed: "Missed", topics.Later: "Later",
}

// next returns the next departures, n at most, and draws why there are none.
func next(on *image.Gray, d topics.Departures, n int, m *panel.Moment) []topics.Departure {
	list, why, until := d.Next(m.Moment, n, m.Started)
	m.TrueUntil(until)
	if why != "" {
		panel.Text(on, absences[why], m)
	}
	return list
}

// row is what the page shows at a time: a departure or a disruption.
type row struct {
	text     string
	badge    string
	position int // 1 for the next departure; from 2 on as many dots are beside it
}

// minRowTime is how long a row is shown, even if its text does not scroll.
const minRowTime = 5 * time.Second

// draw draws each row until its text has passed once, then the next one.
func (p *Departures) draw(on *image.Gray, d topics.Departures, m *panel.Moment) {
	list := next(on, d, p.Rows, m)
	if len(list) == 0 {
		return
	}
	rows := p.rows(list, m)
	var round time.Duration
	for _, r := range rows {
		round += r.lasts(on, m)
	}
	elapsed := m.Shown % round
	for _, r := range rows {
		lasts := r.lasts(on, m)
		if elapsed < lasts {
			m.TrueFor(lasts - elapsed)
			r.draw(on, elapsed, m)
			return
		}
		elapsed -= lasts
	}
}

func (p *Departures) rows(list []topics.Departure, m *panel.Moment) (all []row) {
	for i, d := range list {
		all = append(all, row{describe(d, m.Now.Location()), badge(d, m), i + 1})
	}
	if p.Disruptions {
		for _, d := range list {
			for _, title := range d.Disruptions {
				if !slices.ContainsFunc(all, func(r row) bool { return r.text == title }) {
					all = append(all, row{text: title})
				}
			}
		}
	}
	return all
}

// lasts returns how long the row is shown.
func (r row) lasts(on *image.Gray, m *panel.Moment) time.Duration {
	return max(minRowTime, panel.ScrollTime(r.text, r.columns(on), m.Step))
}

// columns returns how many columns the text has.
func (r row) columns(on *image.Gray) int {
	columns := on.Rect.Dx()
	if r.badge != "" {
		columns -= font.Text.Width(r.badge) + 2
	}
	if r.position > 1 {
		columns--
	}
	return columns
}

func (r row) draw(on *image.Gray, elapsed time.Duration, m *panel.Moment) {
	columns := r.columns(on)
	m.Say(r.words())
	panel.Scroll(panel.Columns(on, 0, columns), r.text, elapsed, m)
	if r.position > 1 {
		for i := range r.position {
			on.SetGray(columns+1, 2*i, color.Gray{Y: 0xff})
		}
	}
	font.Text.Draw(on, on.Rect.Dx()-font.Text.Width(r.badge), 0, r.badge)
}

func (r row) words() string {
	text := r.text
	if r.position > 1 {
		text = "then " + text
	}
	if badge := spoken(r.badge); r.badge != "" && !strings.HasSuffix(text, badge) {
		text += ": " + badge
	}
	return text
}

// describe writes what does not change from minute to minute.
func describe(d topics.Departure, zone *time.Location) string {
	parts := []string{cmp.Or(d.Headsign, d.Destination, d.Direction, d.Route)}
	if d.Number != "" {
		parts[0] = d.Number + " " + parts[0]
	}
	if d.Cancelled {
		return parts[0] + ", " + d.Scheduled.In(zone).Format("15:04") + " cancelled"
	}
	if d.ReplacedByBus {
		return parts[0] + ", by bus"
	}
	if d.Platform != "" {
		parts = append(parts, "platform "+d.Platform)
	}
	if d.Express {
		parts = append(parts, "express")
	}
	return strings.Join(parts, ", ")
}
