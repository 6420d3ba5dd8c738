package simulate

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ptvd/plugins/panel/font"
)

// wrongDirection never occurs at the stop.
const wrongDirection = "77"

// filterFault is the family: somebody edits the filter, and makes a mistake.
func (w *World) filterFault() fault {
	return fault{
		name: "filter", rests: 5 * time.Hour, lasts: 20 * time.Minute,
		begin: func(*rand.Rand) string {
			w.setDirections(wrongDirection)
			return "a direction that does not occur"
		},
		end: func() {
			w.clock.Work(func() {
				for w.config.directions != w.config.filter && w.sleep(10*time.Second) {
					w.setDirections(w.config.filter)
				}
			})
		},
	}
}

// setDirections edits the filter of the departures, if the daemon is running.
func (w *World) setDirections(ids string) {
	if w.daemon == nil {
		return
	}
	next := w.config
	next.directions = ids
	w.reloadWith(next, next.text, func() {
		w.oracle.departuresRestarting()
		w.oracle.ignore(2 * stopping)
	})
}

// renumber gives every direction of a reply another id. A request for one of the old ones
// finds nothing.
func renumber(r *http.Request, rows []map[string]any, directions map[string]any) []map[string]any {
	if r.URL.Query().Has("direction_id") {
		return rows[:0]
	}
	const by = 500
	for _, row := range rows {
		if id, ok := row["direction_id"].(float64); ok {
			row["direction_id"] = id + by
		}
	}
	for id, direction := range maps.Clone(directions) {
		n, _ := strconv.Atoi(id)
		delete(directions, id)
		directions[strconv.Itoa(n+by)] = direction
	}
	return rows
}

// mismatch says whether the panel must say that the filter matches nothing.
type mismatch int

const (
	cannot mismatch = iota
	may             // the daemon may have forgotten that the ids did occur
	must
)

// filterRead notes what a reply tells of the filter. A reply to a request without it only
// tells which ids there are.
func (o *oracle) filterRead(r *http.Request, body []byte, accepted, empty bool) (unfiltered bool) {
	filtered := r.URL.Query().Get("direction_id") != ""
	if o.config.directions == "" || filtered && o.config.directions != wrongDirection {
		o.filterSeen = o.filterSeen || filtered && accepted && !empty
		return false
	}
	if filtered {
		return false
	}
	if len(o.replies) == 0 || o.replies[len(o.replies)-1].mismatch == cannot {
		return true
	}
	earlier, last, now := o.replies[:len(o.replies)-1], o.replies[len(o.replies)-1], o.clock.Now()
	last.received = now // by the daemon's reckoning
	if accepted && last.exact && !isEmpty(body) && o.config.directions == wrongDirection {
		last.mismatch, o.dataBy = must, min(o.dataBy, now)
		for _, a := range earlier {
			a.outdated = min(a.outdated, now)
		}
	}
	return true
}

// saysFilter reports whether the panel says that the filter matches nothing: in one word
// on the page of minutes, with the ids that do occur on that of departures.
func (o *oracle) saysFilter(r reading) bool {
	if r.kind == words {
		return r.text == "Filter?"
	}
	shown := o.shown
	if r.any() {
		shown = shown.above()
	}
	if o.filterTexts == nil {
		o.filterTexts = filterTexts(o.config.stop)
	}
	return slices.ContainsFunc(o.filterTexts, func(text picture) bool { return text.shows(shown, 0, r.any()) })
}

// filterTexts returns what the panel may say of a wrong filter, and of one whose ids the
// daemon may have forgotten.
func filterTexts(stop string) (all []picture) {
	filters, ids := append(slices.Clone(directions), wrongDirection), []string{"0", "1", "4", "10", "501", "504", "510"}
	if stop == busStop {
		filters, ids = []string{wrongDirection}, []string{"0", "201", "701"}
	} // "0" is made up in replies with wrong values
	for _, filter := range filters {
		begin := "Filter? directions " + filter + " match nothing at this stop; "
		all = append(all, letters(font.Text, begin+"none is known"))
		for chosen := 1; chosen < 1<<len(ids); chosen++ { // some may have been lost with the power
			var there []string
			for i, id := range ids {
				if chosen>>i&1 == 1 {
					there = append(there, id)
				}
			}
			all = append(all, letters(font.Text, begin+"there are "+strings.Join(there, ", ")))
		}
	}
	return all
}
