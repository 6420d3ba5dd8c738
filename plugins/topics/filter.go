package topics

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Filter is which departures are wanted. An option that is empty excludes none. A
// Config embeds it, or the part of it whose words stand on vehicles and signs.
type Filter struct {
	Routes     []string `yaml:"routes" doc:"only the routes with these IDs of the source; none: all routes"`
	Directions []string `yaml:"directions" doc:"only the directions with these IDs of the source; none: all directions"`
	Signs
}

// Signs are the options of a [Filter] in the words of people, in upper or lower case.
type Signs struct {
	Lines     []string `yaml:"lines" doc:"only these lines, by their numbers or, where they have none, their names; none: all lines"`
	Towards   []string `yaml:"towards" doc:"only departures whose destination or sign has one of these words in it, in upper or lower case, with or without accents; none: all of them"`
	Platforms []string `yaml:"platforms" doc:"only these platforms, tracks or bays, and no departures of which it is not known; none: all of them"`
}

type option struct {
	name    string
	wanted  []string
	values  func(Departure) []string // of a departure, each of which may be wanted
	matches func(wanted, value string) bool
}

func (f Filter) options() []option {
	return []option{
		{"routes", f.Routes, func(d Departure) []string { return []string{d.RouteID} }, strings.EqualFold},
		{"directions", f.Directions, func(d Departure) []string { return []string{d.DirectionID} }, strings.EqualFold},
		{"lines", f.Lines, func(d Departure) []string { return []string{strings.ToUpper(d.line())} }, strings.EqualFold},
		{"towards", f.Towards, func(d Departure) []string { return []string{d.Headsign, d.Destination} }, isIn},
		{"platforms", f.Platforms, func(d Departure) []string { return []string{strings.ToUpper(d.Platform)} }, strings.EqualFold},
	}
}

// Empty tells whether the filter wants all departures.
func (f Filter) Empty() bool {
	return !slices.ContainsFunc(f.options(), func(o option) bool { return len(o.wanted) > 0 })
}

// Apply returns the departures that are wanted, and whether it is certain that the
// others are not: one whose platform is not known yet may be. A bus that replaces a
// train stops outside the station, so it is not asked for its platform.
func (f Filter) Apply(list []Departure) (wanted []Departure, certain bool) {
	certain = true
	options := slices.DeleteFunc(f.options(), func(o option) bool { return len(o.wanted) == 0 })
	for _, d := range list {
		unmet := slices.DeleteFunc(slices.Clone(options), func(o option) bool {
			return d.ReplacedByBus && o.name == "platforms" || o.wants(o.values(d))
		})
		isUnknown := func(o option) bool { return !slices.ContainsFunc(o.values(d), func(v string) bool { return v != "" }) }
		switch {
		case len(unmet) == 0:
			wanted = append(wanted, d)
		case !slices.ContainsFunc(unmet, func(o option) bool { return !isUnknown(o) }):
			certain = false
		}
	}
	return wanted, certain
}

func (o option) wants(values []string) bool {
	return slices.ContainsFunc(values, func(value string) bool {
		return slices.ContainsFunc(o.wanted, func(wanted string) bool { return value != "" && o.matches(wanted, value) })
	})
}

// IDs returns what occurs in departures that a filter can name, by its options.
func IDs(list []Departure) map[string][]string {
	ids := map[string][]string{}
	for _, o := range (Filter{}).options() {
		for _, d := range list {
			for _, id := range o.values(d) {
				if id != "" && !slices.Contains(ids[o.name], id) {
					ids[o.name] = append(ids[o.name], id)
				}
			}
		}
	}
	return ids
}

// Unmatched returns which option of the filter names nothing that occurs, with what
// does; empty: each names something.
func (f Filter) Unmatched(ids map[string][]string) string {
	for _, o := range f.options() {
		known := slices.SortedFunc(slices.Values(ids[o.name]), byLength)
		if len(o.wanted) == 0 || o.wants(known) {
			continue
		}
		if len(known) > maxNamed {
			known = append(known[:maxNamed], "…")
		}
		there := "none is known"
		if len(known) > 0 {
			there = "there are " + strings.Join(known, ", ")
		}
		return fmt.Sprintf("%s %s match nothing at this stop; %s", o.name, strings.Join(o.wanted, ", "), there)
	}
	return ""
}

// maxNamed limits the ids in one message.
const maxNamed = 12

// byLength sorts numbers, and platforms by their number.
func byLength(a, b string) int { return cmp.Or(len(a)-len(b), cmp.Compare(a, b)) }

// line returns what the line is called: its number or, if it has none, its name.
func (d Departure) line() string { return cmp.Or(d.Number, d.Route) }

func isIn(part, text string) bool { return strings.Contains(plain(text), plain(part)) }

// plain returns a text in lower case and without accents.
func plain(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return strings.ToLower(s) // pages narrow at each look
	}
	text, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn))), s)
	if err != nil {
		text = s
	}
	return strings.ToLower(text)
}
