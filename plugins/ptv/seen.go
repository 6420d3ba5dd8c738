package ptv

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
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

const seenFile = "seen.json"

// maxSeen limits the ids of one kind that are remembered.
const maxSeen = 200

// seen is the ids of each kind ("routes") that have occurred, and when they last did.
type seen map[string]map[string]time.Time

// add notes what has occurred at a time, and tells whether that is worth saving: an id
// is new, or was noted a day ago.
func (s seen) add(ids map[string][]string, at time.Time) (changed bool) {
	for _, known := range s {
		maps.DeleteFunc(known, func(_ string, last time.Time) bool { return at.Sub(last) > seenFor })
	}
	for kind, list := range ids {
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

// unmatched returns which filter has only ids that have not occurred, with those that
// have; empty: none.
func (s seen) unmatched(c Config) string {
	for _, filter := range []struct {
		kind string
		ids  []string
	}{
		{"routes", texts(c.Routes, strconv.Itoa)},
		{"directions", texts(c.Directions, strconv.Itoa)},
		{"platforms", texts(c.Platforms, func(p Platform) string { return strings.ToUpper(string(p)) })},
	} {
		known := s[filter.kind]
		occurs := func(id string) bool { return !known[id].IsZero() }
		if len(filter.ids) == 0 || slices.ContainsFunc(filter.ids, occurs) {
			continue
		}
		there := "none is known"
		if len(known) > 0 {
			there = "there are " + strings.Join(firstOf(slices.SortedFunc(maps.Keys(known), byLength)), ", ")
		}
		return fmt.Sprintf("%s %s match nothing at this stop; %s", filter.kind, strings.Join(filter.ids, ", "), there)
	}
	return ""
}

// byLength sorts numbers, and platforms by their number.
func byLength(a, b string) int { return cmp.Or(len(a)-len(b), cmp.Compare(a, b)) }

// maxNamed limits the ids in one message.
const maxNamed = 12

func firstOf(ids []string) []string {
	if len(ids) > maxNamed {
		return append(ids[:maxNamed], "…")
	}
	return ids
}

func texts[T any](list []T, text func(T) string) (all []string) {
	for _, item := range list {
		all = append(all, text(item))
	}
	return all
}

// occurring returns the ids of departures, by kind, as far as a filter can name them.
func occurring(list []departure) map[string][]string {
	ids := map[string][]string{}
	for _, d := range list {
		for kind, id := range map[string]string{"routes": d.route, "directions": d.direction, "platforms": strings.ToUpper(d.Platform)} {
			if canName(kind, id) && !slices.Contains(ids[kind], id) {
				ids[kind] = append(ids[kind], id)
			}
		}
	}
	return ids
}

// canName tells whether a filter can name an id of a kind.
func canName(kind, id string) bool {
	if kind == "platforms" {
		return new(Platform).UnmarshalText([]byte(id)) == nil
	}
	_, err := strconv.ParseUint(id, 10, 31)
	return err == nil
}

// note remembers what has occurred, and tells whether that is worth saving.
func (p *ptv) note(found timetable) bool {
	return !found.at.IsZero() && p.seen.add(found.ids, found.at)
}

// loadSeen reads what was saved. A file that cannot be read is as good as none.
func (p *ptv) loadSeen(t *plugins.Task) error {
	p.seen = seen{}
	return p.useStorage(t, func() ([]byte, error) { return p.env.Storage.Load(seenFile) }, func(data []byte) error {
		var saved seen
		err := json.Unmarshal(data, &saved)
		maps.Copy(p.seen, saved)
		return err
	})
}

func (p *ptv) saveSeen(t *plugins.Task) error {
	data, err := json.Marshal(p.seen)
	if err != nil {
		return err
	}
	return p.useStorage(t, func() ([]byte, error) { return nil, p.env.Storage.Save(seenFile, data) }, nil)
}

// storageTimeout limits how long a storage that hangs holds up the departures.
const storageTimeout = 5 * time.Second

// useStorage reads or writes a file. An error is only logged, since the rest works
// without; that of a cancelled task is returned.
func (p *ptv) useStorage(t *plugins.Task, do func() ([]byte, error), use func([]byte) error) error {
	err := t.Timeout(storageTimeout, func() error {
		data, err := plugins.Await(t, func(context.Context) ([]byte, error) { return do() })
		if err == nil && data != nil {
			err = use(data)
		}
		return err
	})
	if errors.Is(err, plugins.ErrCancelled) {
		return err
	}
	if err != nil {
		p.env.Log.Debug("ids of the stop not loaded or saved", "err", err)
	}
	return nil
}

// mismatch returns why a reply without matching departures is not the end of service;
// empty: it may be. If need be it asks the stop without the filter, and tells whether it
// has learned something.
func (p *ptv) mismatch(t *plugins.Task) (why string, learned bool, err error) {
	why = p.seen.unmatched(p.cfg)
	if why != "" && (p.looked == 0 || t.Now().Sub(p.looked) >= lookEvery) {
		everything := p.cfg
		everything.Routes, everything.Directions, everything.Platforms = nil, nil, nil
		everything.Count, everything.Walk = 3, 0
		found, err := p.ask(t, everything, everything.requests()[0])
		if err != nil {
			return "", false, err
		}
		p.looked = t.Now()
		learned = p.note(found)
		why = p.seen.unmatched(p.cfg)
	}
	if len(p.seen) == 0 {
		why = "" // nothing leaves: at night that says nothing of the filter
	}
	return why, learned, nil
}
