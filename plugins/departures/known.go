package departures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"ptvd/plugins"
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

// load reads what was saved. A file that cannot be read is as good as none.
func (s *Source) load(t *plugins.Task) error {
	s.seen = seen{}
	return s.useStorage(t, func() ([]byte, error) { return s.Env.Storage.Load(knownFile) }, func(data []byte) error {
		var saved known
		err := json.Unmarshal(data, &saved)
		maps.Copy(s.seen, saved.IDs)
		s.place = saved.Place
		return err
	})
}

func (s *Source) save(t *plugins.Task) error {
	data, err := json.Marshal(known{s.seen, s.place})
	if err != nil {
		return err
	}
	return s.useStorage(t, func() ([]byte, error) { return nil, s.Env.Storage.Save(knownFile, data) }, nil)
}

// storageTimeout limits how long a storage that hangs holds up the departures.
const storageTimeout = 5 * time.Second

// useStorage reads or writes a file. An error is only logged, since the rest works
// without; that of a cancelled task is returned.
func (s *Source) useStorage(t *plugins.Task, do func() ([]byte, error), use func([]byte) error) error {
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
		s.Env.Log.Debug("state of the stop not loaded or saved", "err", err)
	}
	return nil
}

// notePlace remembers where the stop is, and tells whether that is new.
func (s *Source) notePlace(found Reply) bool {
	now := place{found.Stop, found.Position}
	if now == s.place || now.Name == "" || now.Position == (plugins.Position{}) {
		return false
	}
	s.place = now
	return true
}

// Stop is a stop that was found.
type Stop struct {
	ID, Name string
	Area     string   // the town, or whatever tells it from others
	Modes    []string // as the service calls them
	Position plugins.Position
}

// maxFound limits the stops in an error, and maxAway how far they are from where the stop
// was, in meters.
const (
	maxFound = 3
	maxAway  = 2000
)

// lookUp adds to the error of a stop that is not known any more which ones there are where
// it was.
func (s *Source) lookUp(ctx context.Context, last place, err error) error {
	var unknown *Error
	if !errors.As(err, &unknown) || !unknown.NoStop || s.FindStops == nil {
		return err
	}
	explained := *unknown
	explained.Detail += "; its ID may have changed: "
	var found []string
	if last != (place{}) {
		stops, _ := s.FindStops(ctx, last.Name, last.Position) // an error finds none
		for _, stop := range stops {
			if last.Position.Meters(stop.Position) <= maxAway {
				found = append(found, fmt.Sprintf("%s (%s)", stop.Name, stop.ID))
			}
		}
	}
	if len(found) == 0 {
		explained.Detail += "ptvd stops finds it"
	} else {
		explained.Detail += "where it was there are " + strings.Join(found[:min(len(found), maxFound)], ", ")
	}
	return &explained
}
