package display

import (
	"cmp"
	"image"
	"maps"
	"regexp"
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
		Departures{Platform: true, Show: departure, Times: minutesLeft})
}

// Departures is the page with the next departures, one at a time.
type Departures struct {
	Sources
	Rows        int               `yaml:"rows" doc:"how many departures take turns, or stand one below the other on a panel of more than 16 rows; 0: two take turns, and as many as there is room for stand there" min:"0" max:"8"`
	Heading     string            `yaml:"heading" doc:"a line above the departures on a panel of more than 16 rows, such as the name of the stop"`
	Times       times             `yaml:"times" doc:"what such a panel shows of the times: the minutes that are left, or the time of day, and whether it is kept" oneof:"minutes clock"`
	Disruptions bool              `yaml:"disruptions" doc:"show their disruptions, too"`
	Platform    bool              `yaml:"platform" doc:"show the platform"`
	Abbreviate  map[string]string `yaml:"abbreviate" doc:"words of a destination and what is shown in their place, empty for nothing, on top of the built-in list: Street is St, Road Rd, Avenue Ave, University Uni, Shopping Centre SC, and Station is left out"`
	Show        target            `yaml:"show" doc:"what is counted down to: the departure, or the time to leave for it, which is earlier by the walk of the source" oneof:"departure leave"`
}

// times is what a high panel shows of the times.
type times string

const (
	minutesLeft times = "minutes"
	timesOfDay  times = "clock"
)

// Texts returns what stands in the place of words of destinations, and the heading.
func (p *Departures) Texts() map[string]string {
	return map[string]string{"abbreviate": strings.Join(slices.Sorted(maps.Values(p.Abbreviate)), " "), "heading": p.Heading}
}

// NewPage makes the page.
func (p *Departures) NewPage(env plugins.Env) panel.Page {
	rows := newDepartures(p)
	page := departuresPage(env, &p.Sources, rows.draw)
	page.Draw = rows.board.keep(page.Draw, page.Version)
	return page
}

// departuresPage returns a page that draws the newest departures of its sources, and marks
// them where they are old or those of a stand-in.
func departuresPage(env plugins.Env, sources *Sources, draw func(*image.Gray, topics.Group, *panel.Moment)) panel.Page {
	r := sources.subscribe(env)
	return panel.Page{Version: r.version, Problem: r.problem, Draw: func(on *image.Gray, m *panel.Moment) {
		s := r.at(m)
		draw(on, s.Group, m)
		s.mark(on, m)
	}}
}

// absences are the texts in the place of departures. Each fits on 32 LEDs.
var absences = map[topics.Absence]string{
	topics.NoClock: "No clock", topics.Loading: "Loading", topics.NoData: "No data", topics.OldData: "Old data",
	topics.NoneLeft: "No more", topics.Missed: "Missed", topics.Later: "Later", topics.Mismatch: "Filter?",
}

// next returns the next departures, n at most, and draws why there are none.
func next(on *image.Gray, g topics.Group, n int, m *panel.Moment) ([]topics.Offer, topics.Absence) {
	list, why, until := g.Next(m.Moment, n, m.Started)
	m.TrueUntil(until)
	if why != "" {
		panel.Text(on, absences[why], m)
	}
	if why == topics.Mismatch {
		m.Say("Filter? " + g.Mismatch())
	}
	return list, why
}

// departuresRows is the page, with the row that is shown.
type departuresRows struct {
	*Departures
	shorten func(string) string
	round   round // on a panel of eight rows
	board   board // on a high one
}

func newDepartures(p *Departures) *departuresRows {
	return &departuresRows{Departures: p, shorten: shortener(p.Abbreviate)}
}

// draw draws each row until its text has passed once, then the next one.
func (p *departuresRows) draw(on *image.Gray, g topics.Group, m *panel.Moment) {
	if panel.High(on.Rect.Dy()) {
		p.drawBoard(on, g, m)
		return
	}
	list, why := next(on, g, cmp.Or(p.Rows, 2), m)
	if why == topics.Mismatch { // there is room for what the filter should be
		clear(on.Pix)
		panel.Text(on, "Filter? "+g.Mismatch(), m)
	}
	p.round.draw(on, p.rows(list, g.Differ(), m), m)
}

// rows returns a row for each departure, with its stop if they differ.
func (p *departuresRows) rows(list []topics.Offer, stops bool, m *panel.Moment) (all []row) {
	for i, one := range list {
		key := rowKey{scheduled: one.Scheduled.UnixNano(), run: one.Run, number: one.Number, text: one.Destination}
		for slices.ContainsFunc(all, func(r row) bool { return r.key == key }) {
			key.alike++
		}
		zone := one.At.Location(m.Moment)
		all = append(all, row{
			key: key, text: p.describe(one, stops, zone, p.shorten, p.Platform), words: p.describe(one, stops, zone, strings.TrimSpace, true),
			badge: p.Show.badge(one, m), position: i + 1,
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

// describe writes what does not change from minute to minute. A platform that was changed
// is always told.
func (p *departuresRows) describe(d topics.Offer, stop bool, zone *time.Location, shorten func(string) string, platform bool) string {
	parts := []string{shorten(cmp.Or(d.Headsign, d.Destination, d.Direction, d.Route))}
	if d.Number != "" {
		parts[0] = d.Number + " " + parts[0]
	}
	if stop && d.At.Stop != "" {
		parts[0] += " from " + shorten(d.At.Stop)
	}
	if d.Cancelled {
		return parts[0] + ", " + d.Scheduled.In(zone).Format("15:04") + " cancelled"
	}
	if d.ReplacedByBus {
		return parts[0] + ", by bus"
	}
	where := "platform "
	if d.Bay {
		where = "bay "
	}
	switch {
	case d.PlatformChanged():
		parts = append(parts, "changed to "+where+d.Platform)
	case d.Platform != "" && platform:
		parts = append(parts, where+d.Platform)
	}
	if d.Express {
		parts = append(parts, "express")
	}
	return strings.Join(parts, ", ")
}

// abbreviations are the words that are shortened without being configured. Those that
// are empty are left out.
var abbreviations = map[string]string{
	"Street": "St", "Road": "Rd", "Avenue": "Ave", "University": "Uni", "Shopping Centre": "SC", "Station": "",
}

// shortener returns a function that shortens whole words of a text. A word that begins
// the text is never left out: Station Street stays a name.
func shortener(more map[string]string) func(string) string {
	all := maps.Clone(abbreviations)
	maps.Copy(all, more)
	delete(all, "")
	words := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}
	pattern := regexp.MustCompile(`(^| )(` + strings.Join(words, "|") + `)\b`)
	return func(text string) string {
		return pattern.ReplaceAllStringFunc(text, func(found string) string {
			word := strings.TrimPrefix(found, " ")
			switch short := all[word]; {
			case short != "":
				return found[:len(found)-len(word)] + short
			case word == found:
				return found
			}
			return ""
		})
	}
}
