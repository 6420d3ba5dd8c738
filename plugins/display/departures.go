package display

import (
	"cmp"
	"image"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
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
func (p *Departures) NewPage(env plugins.Env) panel.Page {
	return departuresPage(env, p.From, (&departuresRows{Departures: p}).draw)
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

// departuresRows is the page, with the row that is shown.
type departuresRows struct {
	*Departures
	round round
}

// draw draws each row until its text has passed once, then the next one.
func (p *departuresRows) draw(on *image.Gray, d topics.Departures, m *panel.Moment) {
	list := next(on, d, p.Rows, m)
	p.round.draw(on, p.rows(list, m), m)
}

func (p *Departures) rows(list []topics.Departure, m *panel.Moment) (all []row) {
	for i, d := range list {
		key := rowKey{d.Scheduled.UnixNano(), d.Number, d.Destination}
		all = append(all, row{key, describe(d, m.Now.Location()), badge(d, m), i + 1})
	}
	if p.Disruptions {
		for _, d := range list {
			for _, title := range d.Disruptions {
				if !slices.ContainsFunc(all, func(r row) bool { return r.text == title }) {
					all = append(all, row{key: rowKey{text: title}, text: title})
				}
			}
		}
	}
	return all
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
