package fade

import (
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

// save writes the levels if they have changed. A write whose task was cancelled may still be
// running: the next one waits for it, so that the newer levels are kept.
func (l *lamp) save(t *plugins.Task) error {
	held := l.dimmer.levels
	if held == l.saved {
		return nil
	}
	data, err := json.Marshal(held)
	if err != nil {
		return err
	}
	l.saved = levels{} // unknown until the write has ended
	err = l.turns.Do(t, func() error { return l.env.Storage.Save(stateFile, data) })
	if err == nil {
		l.saved = held
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
		switch err := l.save(t); {
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
