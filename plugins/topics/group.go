package topics

import (
	"cmp"
	"slices"

	"ptvd/internal/scheduler"
)

// Group is what several sources know of their stops, of which a page shows one list.
type Group []Departures

// Offer is a departure with what is known of its stop, which it keeps in a list of several
// stops: its walk, its age and its zone.
type Offer struct {
	Departure
	At *Departures
}

// whyNone are the reasons for which there is no departure. Of several sources the first
// one counts: nothing else leaves only where each of them says so.
var whyNone = []Absence{Loading, NoData, OldData, Mismatch, Later, Missed, NoneLeft}

// Next returns the first departures that can still be caught, n at most, or else why
// there are none; and until when that is so. The last place is kept for one that runs:
// those that are cancelled must not hide it. The reader has waited for the first reply
// since waiting.
//
// A vehicle of which two sources know counts once. A source without data takes nothing
// from the others.
func (g Group) Next(m Moment, n int, waiting scheduler.Instant) (list []Offer, why Absence, until Until) {
	var all []Offer
	var reasons []Absence
	for i := range g {
		own, reason, holds := g[i].catchable(m, waiting)
		for _, d := range own {
			all = append(all, Offer{d, &g[i]})
		}
		reasons, until = append(reasons, reason), until.And(holds)
	}
	if !m.Synchronized {
		return nil, NoClock, until
	}
	if len(g) > 1 {
		all = distinct(all)
	}
	for _, o := range all {
		switch {
		case len(list) < n:
			list = append(list, o)
		case n > 0 && !o.Cancelled && !slices.ContainsFunc(list, Offer.runs):
			list[n-1] = o
		}
	}
	if len(all) == 0 {
		why = whyNone[slices.IndexFunc(whyNone, func(a Absence) bool { return slices.Contains(reasons, a) })]
	}
	return list, why, until
}

func (o Offer) runs() bool { return !o.Cancelled }

// Freshness returns how fresh the departures are, which is what the oldest of them are,
// and until when that is so.
func (g Group) Freshness(m Moment) (worst Freshness, until Until) {
	order := []Freshness{Fresh, Old, Stale, None}
	worst = Fresh
	for _, d := range g {
		freshness, holds := d.Freshness(m)
		if until = until.And(holds); slices.Index(order, freshness) > slices.Index(order, worst) {
			worst = freshness
		}
	}
	return worst, until
}

// Differ tells whether the departures leave from stops with different names, so that
// people have to be told from which.
func (g Group) Differ() bool {
	first := "" // a source without a reply does not know the name of its stop
	return slices.ContainsFunc(g, func(d Departures) bool {
		first = cmp.Or(first, d.Stop)
		return d.Stop != "" && !alike(d.Stop, first)
	})
}

// Narrow returns the departures that a filter wants. It matches nothing where it names
// nothing that one of the sources has had in the last week; one that has not replied yet
// may have it.
func (g Group) Narrow(f Filter) Group {
	if f.Empty() {
		return g
	}
	ids, all := map[string][]string{}, true
	for _, d := range g {
		all = all && d.Received != 0
		for option, known := range d.IDs {
			ids[option] = append(ids[option], known...)
		}
	}
	mismatch := ""
	if len(ids) > 0 && all {
		mismatch = f.Unmatched(ids)
	}
	narrowed := slices.Clone(g)
	for i := range narrowed {
		d := &narrowed[i]
		wanted, certain := f.Apply(d.List)
		d.List, d.Complete = wanted, d.Complete && certain
		if mismatch != "" {
			d.Mismatch = mismatch
		}
	}
	return narrowed
}

// Mismatch says which filter matches nothing; empty: each does.
func (g Group) Mismatch() string {
	for _, d := range g {
		if d.Mismatch != "" {
			return d.Mismatch
		}
	}
	return ""
}

// Or returns the departures, or those that stand in for them: where nothing of any source
// can be shown, and no first reply is waited for any more, and the other has some. So a
// stand-in replaces No data and Old data, and never Loading. The reader has waited for the
// first reply since waiting.
func (g Group) Or(m Moment, standIn Group, waiting scheduler.Instant) (shown Group, isStandIn bool, until Until) {
	lost := true
	for _, d := range g {
		why, holds := d.missing(m, waiting)
		until = until.And(holds)
		lost = lost && (why == NoData || why == OldData)
	}
	if !lost || len(standIn) == 0 {
		return g, false, until
	}
	has, holds := standIn.HasData(m)
	if until = until.And(holds); !has {
		return g, false, until
	}
	return standIn, true, until
}

// HasData tells whether one of the sources has departures that are not stale, and until
// when that is so.
func (g Group) HasData(m Moment) (has bool, until Until) {
	for _, d := range g {
		freshness, holds := d.Freshness(m)
		until = until.And(holds)
		has = has || freshness == Fresh || freshness == Old
	}
	return has, until
}
