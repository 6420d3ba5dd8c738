package departures

import (
	"maps"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
)

// A filter whose ids never occur at the stop, because of a typing error or since they
// were renumbered, must not look like the end of service. So the ids that occur are
// remembered for a week, also over a restart: ids that did occur have no more services
// tonight, others are a mistake.
const seenFor = 7 * 24 * time.Hour

// lookEvery is how often the stop is asked without the filter, where that is needed.
const lookEvery = time.Hour

// maxSeen limits the ids of one kind that are remembered.
const maxSeen = 200

// seen is the ids of each kind ("routes") that have occurred, and when they last did.
type seen map[string]map[string]time.Time

// add notes what has occurred at a time, under a prefix, and tells whether that is worth
// saving: an id is new, or was noted a day ago.
func (s seen) add(prefix string, ids map[string][]string, at time.Time) (changed bool) {
	for _, known := range s {
		maps.DeleteFunc(known, func(_ string, last time.Time) bool { return at.Sub(last) > seenFor })
	}
	for kind, list := range ids {
		kind = prefix + kind
		if s[kind] == nil {
			s[kind] = map[string]time.Time{}
		}
		for _, id := range list {
			last, ok := s[kind][id]
			if !ok && len(s[kind]) == maxSeen {
				continue
			}
			if !ok || at.Sub(last) > 24*time.Hour {
				s[kind][id], changed = at, true
			}
		}
	}
	return changed
}

// listed is before the kind of those IDs whose departures pass the filter.
const listed = "listed "

// of returns the ids of the kinds with a prefix, by the rest of the kind.
func (s seen) of(prefix string) map[string][]string {
	ids := map[string][]string{}
	for kind, known := range s {
		if name, ok := strings.CutPrefix(kind, prefix); ok {
			ids[name] = slices.Sorted(maps.Keys(known))
		}
	}
	return ids
}

// note remembers what has occurred, and tells whether that is worth saving.
func (s *Source) note(found Reply) bool {
	if found.At.IsZero() {
		return false
	}
	changed := s.seen.add("", found.ids, found.At)
	return s.seen.add(listed, found.listed, found.At) || changed
}

// mismatch returns why a reply without matching departures is not the end of service;
// empty: it may be. If need be it makes the request without the filter, and tells whether
// it has learned something.
func (s *Source) mismatch(t *plugins.Task) (why string, learned bool, err error) {
	why = s.Filter.Unmatched(s.seen.of(""))
	if why != "" && s.Unfiltered.Ask != nil && (s.looked == 0 || t.Now().Sub(s.looked) >= lookEvery) {
		found, err := s.ask(t, s.Unfiltered)
		if err != nil {
			return "", false, err
		}
		s.looked = t.Now()
		learned = s.note(found)
		why = s.Filter.Unmatched(s.seen.of(""))
	}
	if len(s.seen) == 0 {
		why = "" // nothing leaves: at night that says nothing of the filter
	}
	return why, learned, nil
}
