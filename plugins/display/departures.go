package display

import (
	"cmp"
	"image"
	"maps"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
)

func init() {
	plugins.AddMember[panel.PageConfig]("departures",
		"one departure after the other: destination, platform and minutes; No more, Missed and Later, times of day and the line below times of the timetable as on minutes",
		Departures{Rows: 2, Platform: true, Show: departure})
}

// Departures is the page with the next departures, one at a time.
type Departures struct {
	From        plugins.From[topics.Departures] `yaml:"from" doc:"the instance that publishes the departures" required:"true" short:"true"`
	Rows        int                             `yaml:"rows" doc:"how many departures take turns" min:"1" max:"4"`
	Disruptions bool                            `yaml:"disruptions" doc:"show their disruptions, too"`
	Platform    bool                            `yaml:"platform" doc:"show the platform"`
	Abbreviate  map[string]string               `yaml:"abbreviate" doc:"words of a destination and what is shown in their place, empty for nothing, on top of the built-in list: Street is St, Road Rd, Avenue Ave, University Uni, Shopping Centre SC, and Station is left out"`
	Show        target                          `yaml:"show" doc:"what is counted down to: the departure, or the time to leave for it, which is earlier by the walk of the source" oneof:"departure leave"`
}

// Validate warns of what the font lacks.
func (p *Departures) Validate() error {
	return checkGlyphs("abbreviate", strings.Join(slices.Sorted(maps.Values(p.Abbreviate)), " "))
}

// NewPage makes the page.
func (p *Departures) NewPage(env plugins.Env) panel.Page {
	return departuresPage(env, p.From, newDepartures(p).draw)
}

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
	topics.NoneLeft: "No more", topics.Missed: "Missed", topics.Later: "Later", topics.Mismatch: "Filter?",
}

// next returns the next departures, n at most, and draws why there are none.
func next(on *image.Gray, d topics.Departures, n int, m *panel.Moment) ([]topics.Departure, topics.Absence) {
	list, why, until := d.Next(m.Moment, n, m.Started)
	m.TrueUntil(until)
	if why != "" {
		panel.Text(on, absences[why], m)
	}
	if why == topics.Mismatch {
		m.Say("Filter? " + d.Mismatch)
	}
	return list, why
}

// departuresRows is the page, with the row that is shown.
type departuresRows struct {
	*Departures
	shorten func(string) string
	round   round
}

func newDepartures(p *Departures) *departuresRows {
	return &departuresRows{Departures: p, shorten: shortener(p.Abbreviate)}
}

// draw draws each row until its text has passed once, then the next one.
func (p *departuresRows) draw(on *image.Gray, d topics.Departures, m *panel.Moment) {
	list, why := next(on, d, p.Rows, m)
	if why == topics.Mismatch { // there is room for what the filter should be
		clear(on.Pix)
		panel.Text(on, "Filter? "+d.Mismatch, m)
	}
	p.round.draw(on, p.rows(d, list, m), m)
}

func (p *departuresRows) rows(d topics.Departures, list []topics.Departure, m *panel.Moment) (all []row) {
	zone := m.Now.Location()
	for i, one := range list {
		key := rowKey{scheduled: one.Scheduled.UnixNano(), run: one.Run, number: one.Number, text: one.Destination}
		for slices.ContainsFunc(all, func(r row) bool { return r.key == key }) {
			key.alike++
		}
		all = append(all, row{
			key: key, text: p.describe(one, zone, p.shorten, p.Platform), words: p.describe(one, zone, strings.TrimSpace, true),
			badge: p.Show.badge(d, one, m), position: i + 1,
		})
	}
	if p.Disruptions {
		for _, one := range list {
			for _, title := range one.Disruptions {
				if !slices.ContainsFunc(all, func(r row) bool { return r.text == title }) {
					all = append(all, row{key: rowKey{text: title}, text: title, words: title})
				}
			}
		}
	}
	return all
}

// describe writes what does not change from minute to minute.
func (p *departuresRows) describe(d topics.Departure, zone *time.Location, shorten func(string) string, platform bool) string {
	parts := []string{shorten(cmp.Or(d.Headsign, d.Destination, d.Direction, d.Route))}
	if d.Number != "" {
		parts[0] = d.Number + " " + parts[0]
	}
	if d.Cancelled {
		return parts[0] + ", " + d.Scheduled.In(zone).Format("15:04") + " cancelled"
	}
	if d.ReplacedByBus {
		return parts[0] + ", by bus"
	}
	if d.Platform != "" && platform {
		parts = append(parts, "platform "+d.Platform)
	}
	if d.Express {
		parts = append(parts, "express")
	}
	return strings.Join(parts, ", ")
}
