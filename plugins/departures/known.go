package departures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// place is where the stop is. It may get another id with a new timetable; then it can be
// found by what it was called.
type place struct {
	Name     string           `json:"name"`
	Position plugins.Position `json:"position,omitzero"`
}

// known is what is remembered of the stop over a restart.
type known struct {
	IDs   seen  `json:"ids"`
	Place place `json:"place"`
}

const knownFile = "stop.json"

// load reads what was saved. A file that cannot be read counts as missing.
func (s *Source) load(t *plugins.Task) error {
	saved, err := s.useStorage(t, func() (saved known, err error) {
		data, err := s.Env.Storage.Load(knownFile)
		if err == nil && data != nil {
			err = json.Unmarshal(data, &saved)
		}
		return saved, err
	})
	maps.Copy(s.seen, saved.IDs)
	s.place = saved.Place
	return err
}

func (s *Source) save(t *plugins.Task) error {
	data, err := json.Marshal(known{s.seen, s.place})
	if err != nil {
		return err
	}
	_, err = s.useStorage(t, func() (known, error) { return known{}, s.Env.Storage.Save(knownFile, data) })
	return err
}

// storageTimeout limits how long a storage that hangs holds up the departures.
const storageTimeout = 5 * time.Second

// useStorage reads or writes a file. An error is only logged, since the rest works
// without; that of a cancelled task is returned.
func (s *Source) useStorage(t *plugins.Task, do func() (known, error)) (saved known, err error) {
	err = t.Timeout(storageTimeout, func() (err error) {
		saved, err = plugins.Await(t, func(context.Context) (known, error) { return do() })
		return err
	})
	if err != nil && !errors.Is(err, plugins.ErrCancelled) {
		s.Env.Log.Debug("state of the stop not loaded or saved", "err", err)
		err = nil
	}
	return saved, err
}

// Stop is a stop that was found.
type Stop struct {
	ID, Name string
	Area     string   // the town, or whatever tells it from others
	Modes    []string // as the service calls them
	Position plugins.Position
}

// lookUp adds to the error about a stop that is no longer known the stops near its place:
// three at most, within two kilometers.
func (s *Source) lookUp(ctx context.Context, last place, err error) error {
	unknown, ok := errors.AsType[*Error](err)
	if !ok || !unknown.NoStop || s.FindStops == nil {
		return err
	}
	explained, where := *unknown, "ptvd stops finds it"
	var found []string
	if last != (place{}) {
		stops, _ := s.FindStops(ctx, last.Name, last.Position) // an error finds none
		for _, stop := range stops {
			if last.Position.Meters(stop.Position) <= 2000 && len(found) < 3 {
				found = append(found, fmt.Sprintf("%s (%s)", stop.Name, stop.ID))
				where = "where it was there are " + strings.Join(found, ", ")
			}
		}
	}
	explained.Detail += "; its ID may have changed: " + where
	return &explained
}

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

// note remembers where the stop is and which ids have occurred, and tells whether that is
// worth saving.
func (s *Source) note(found Reply) (isNew bool) {
	if now := (place{found.Stop, found.Position}); now != s.place && now.Name != "" && now.Position != (plugins.Position{}) {
		s.place, isNew = now, true
	}
	if !found.At.IsZero() {
		isNew = s.seen.add("", found.ids, found.At) || isNew
		isNew = s.seen.add(listed, topics.IDs(found.List), found.At) || isNew
	}
	return isNew
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
