package simulate

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// view is what the pages with departures show: those of the trains, of the trains and the
// trams, or of the trains by both of the services that know them; all or a part of them.
// The second service stands in, except where it is one of the first.
type view struct {
	with   string // the source beside the trains; empty: none
	filter string // the options that narrow it; empty: none
}

func (v view) String() string {
	from := "from: trains"
	if v.with != "" {
		from = "from: [trains, " + v.with + "]"
	}
	if v.with != "world" {
		from += ", else: world"
	}
	return from + v.filter
}

// The trams are those of the stop of the buses, whatever their name.
const (
	tramsPeriod = 2 * time.Minute
	tramsWalk   = 4 * time.Minute
	tramsCount  = 6
)

// trams returns the configuration of their source, where they are shown.
func (v view) trams() string {
	if v.with != "trams" {
		return ""
	}
	return fmt.Sprintf(`  trams:
    plugin: ptv
    every: %v
    %s
    walk: %v
    count: %d
    base_url: http://%s
    id: {env: %s}
    key: {env: %s}
`, tramsPeriod, busStop, tramsWalk, tramsCount, tramsHost, idVariable, keyVariable)
}

// The filters of pages, each of which wants something of each stop.
const (
	linesFilter   = ", lines: [601, pakenham]"
	towardsFilter = ", towards: [FLINDERS, dandenong, University]"
)

// wants reports whether a filter wants a service.
func (v view) wants(s service) bool {
	switch v.filter {
	case linesFilter:
		return s.line == "601" || s.line == "Pakenham"
	case towardsFilter:
		return s.end == "Flinders Street" || s.end == "Dandenong" || s.end == "Monash University/Wellington Rd"
	}
	return true
}

// viewFault is the family: somebody edits what the pages show, for a while.
func (w *World) viewFault() fault {
	return fault{
		name: "view", rests: min(5*time.Hour, w.end.Sub(bootedAt)/12), lasts: 45 * time.Minute,
		begin: func(rng *rand.Rand) string {
			next := view{[]string{"", "trams", "trams", "world"}[rng.IntN(4)], []string{"", linesFilter, towardsFilter}[rng.IntN(3)]}
			w.setView(next)
			return next.String()
		},
		end: func() {
			w.clock.Work(func() {
				for w.config.view != (view{}) && w.sleep(10*time.Second) {
					w.setView(view{})
				}
			})
		},
	}
}

// setView edits what the pages show, if the daemon is running.
func (w *World) setView(v view) {
	if w.daemon == nil {
		return
	}
	next := w.config
	next.view = v
	w.reloadWith(next, next.text, w.oracle.viewChanged)
}

// viewChanged records that the pages show something else, once the panel has restarted.
func (o *oracle) viewChanged() {
	o.ignore(stopping + firstPicture + 2*o.slowPanel.most)
	o.shownSince = o.clock.Now().Add(stopping)
	if o.config.view.with != "trams" {
		o.trams = feed{}
	} else if o.trams.dataBy == 0 {
		o.trams = newFeed(o.clock.Now())
	}
}
