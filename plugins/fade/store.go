package fade

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ptvd/plugins"
)

const (
	stateFile    = "level.json"
	maxStateSize = 256 // bytes
)

// store keeps the levels over a restart.
type store struct {
	storage plugins.Storage
	saved   levels
	turns   plugins.Turns
}

// load returns the saved levels; zero if there are none, or with an error.
func (s *store) load(t *plugins.Task) (levels, error) {
	data, err := plugins.Await(t, func(context.Context) ([]byte, error) { return s.storage.Load(stateFile) })
	if err == nil && data != nil {
		s.saved, err = decodeLevels(data)
	}
	return s.saved, err
}

// save writes levels that have changed. A write whose task was cancelled may still be
// running: the next one waits for it, so that the newer levels are kept.
func (s *store) save(t *plugins.Task, l levels) error {
	if l == s.saved {
		return nil
	}
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	s.saved = levels{} // unknown until the write has ended
	err = s.turns.Do(t, func() error { return s.storage.Save(stateFile, data) })
	if err == nil {
		s.saved = l
	}
	return err
}

// decodeLevels reads a state file: a JSON object with two numbers from 0 to 1.
func decodeLevels(data []byte) (levels, error) {
	var l levels
	if len(data) > maxStateSize {
		return levels{}, fmt.Errorf("%s: larger than %d bytes", stateFile, maxStateSize)
	}
	if err := json.Unmarshal(data, &l); err != nil {
		return levels{}, fmt.Errorf("%s: %w", stateFile, err)
	}
	if !(l.Goal >= 0 && l.Goal <= 1 && round(l.Last) > 0 && l.Last <= 1) {
		return levels{}, errors.New(stateFile + ": level out of range")
	}
	return l, nil
}

const (
	holdTime  = 3 * time.Second // without a change: the level is held, and saved
	saveRetry = time.Minute
)

// saveChanges holds the level some seconds after the last change, and saves it, which
// spares the flash memory.
func (l *lamp) saveChanges(t *plugins.Task) error {
	for {
		if err := l.levelsChanged.Wait(t); err != nil {
			return err
		}
		for t.Now() < l.changedAt.Add(holdTime) {
			if err := t.SleepUntil(l.changedAt.Add(holdTime)); err != nil {
				return err
			}
		}
		l.levelsChanged.Clear()
		l.dimmer.hold()
		switch err := l.store.save(t, l.dimmer.levels); {
		case err == nil:
			l.env.Health.OK()
		case errors.Is(err, plugins.ErrCancelled):
			return err
		default:
			l.env.Health.Degraded("saving the level failed: %v", err)
			l.levelsChanged.Set()
			if err := t.Sleep(saveRetry); err != nil {
				return err
			}
		}
	}
}
