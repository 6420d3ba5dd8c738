package display

import (
	"cmp"
	"image"
	"slices"
	"strings"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
)

// Sources is the options of a page with departures that say which: those of one source
// or of several, narrowed to some of them.
type Sources struct {
	From []plugins.From[topics.Departures] `yaml:"from" doc:"the instance that publishes the departures, or several, whose departures are one list" required:"true" short:"true"`
	Else []plugins.From[topics.Departures] `yaml:"else" doc:"the instance whose departures are shown, with a mark, in place of No data and Old data: while those of from are too old to be shown or, after a start, once its first requests have failed; not with routes or directions, which are IDs of one source"`
	topics.Filter
}

// Validate refuses an instance that is named twice, and IDs that another source does not have.
func (s *Sources) Validate() error {
	all := slices.Concat(s.From, s.Else)
	for i, from := range all {
		if slices.Contains(all[:i], from) {
			return plugins.OptionErrorf("from", "%s is named twice in from and else", from.Instance)
		}
	}
	if len(s.Else) > 0 && len(s.Routes)+len(s.Directions) > 0 {
		return plugins.OptionErrorf("else", "routes and directions are IDs of one source, which another does not have: write lines, towards or platforms")
	}
	return nil
}

// shown is the departures that a page shows at a moment.
type shown struct {
	topics.Group
	isStandIn bool
	standIn   string // the instances that stand in
}

// reader is the reading end of the sources of a page.
type reader struct {
	*Sources
	from, standIn subscriptions
}

type subscriptions []*plugins.Subscription[topics.Departures]

func (s *Sources) subscribe(env plugins.Env) reader {
	return reader{s, subscribe(env, s.From), subscribe(env, s.Else)}
}

func subscribe(env plugins.Env, all []plugins.From[topics.Departures]) (subs subscriptions) {
	for _, from := range all {
		subs = append(subs, plugins.Subscribe(env, from))
	}
	return subs
}

// version returns another number whenever one of the sources has published.
func (r reader) version() uint64 { return r.from.version() + r.standIn.version() }

func (subs subscriptions) version() (sum uint64) {
	for _, s := range subs {
		sum += s.Version() // each only grows
	}
	return sum
}

// at returns what is shown at a moment.
func (r reader) at(m *panel.Moment) shown {
	first, standIn := r.groups()
	group, isStandIn, until := first.Or(m.Moment, standIn, m.Started)
	m.TrueUntil(until)
	return shown{group, isStandIn, namesOf(r.Else)}
}

// problem says which filter matches nothing; empty: each does.
func (r reader) problem() string {
	first, standIn := r.groups()
	return cmp.Or(first.Mismatch(), standIn.Mismatch())
}

func (r reader) groups() (first, standIn topics.Group) {
	return r.from.last().Narrow(r.Filter), r.standIn.last().Narrow(r.Filter)
}

func (subs subscriptions) last() (group topics.Group) {
	for _, s := range subs {
		d, _ := s.Last()
		group = append(group, d)
	}
	return group
}

func namesOf(all []plugins.From[topics.Departures]) string {
	var names []string
	for _, from := range all {
		names = append(names, from.Instance)
	}
	return strings.Join(names, " and ")
}

// mark marks the page where a part of its departures is old, and where they are those of
// a stand-in.
func (s shown) mark(on *image.Gray, m *panel.Moment) {
	freshness, until := s.Freshness(m.Moment)
	hasData, holds := s.HasData(m.Moment)
	if m.TrueUntil(until.And(holds)); !m.Synchronized || !hasData {
		return
	}
	if s.isStandIn {
		panel.MarkStandIn(on, s.standIn, m)
	}
	if freshness != topics.Fresh {
		panel.MarkOld(on, m)
	}
}
