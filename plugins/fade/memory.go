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
	stateFile = "level.json"
	maxState  = 256 // bytes
)

// memory keeps the levels over a restart.
type memory struct {
	state plugins.State
	saved levels
	turns plugins.Turns
}

// load returns what was saved; zero levels when there is nothing yet, or nothing
// that can be used, which the error says.
func (m *memory) load(t *plugins.Task) (levels, error) {
	data, err := plugins.Await(t, func(context.Context) ([]byte, error) { return m.state.Load(stateFile) })
	if err == nil && data != nil {
		m.saved, err = decodeLevels(data)
	}
	return m.saved, err
}

// save writes levels that are new. A write whose task was cancelled may go on
// for a while: the next waits for it, so that the newer levels stay.
func (m *memory) save(t *plugins.Task, l levels) error {
	if l == m.saved {
		return nil
	}
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	m.saved = levels{} // unknown until the write has ended
	_, err = plugins.AwaitTurn(t, &m.turns, func(context.Context) (struct{}, error) {
		return struct{}{}, m.state.Save(stateFile, data)
	})
	if err == nil {
		m.saved = l
	}
	return err
}

// decodeLevels reads a state file: one JSON object with two numbers, 0 to 1.
func decodeLevels(data []byte) (levels, error) {
	var l levels
	if len(data) > maxState {
		return levels{}, fmt.Errorf("%s has more than %d bytes", stateFile, maxState)
	}
	if err := json.Unmarshal(data, &l); err != nil {
		return levels{}, fmt.Errorf("%s: %w", stateFile, err)
	}
	if !(l.Goal >= 0 && l.Goal <= 1 && grid(l.Last) > 0 && l.Last <= 1) {
		return levels{}, errors.New(stateFile + ": a level is out of its range")
	}
	return l, nil
}

const (
	saveAfter  = 3 * time.Second // of quiet: a knob that turns does not wear the flash
	retryAfter = time.Minute
)

// keep saves the level some seconds after the last change.
func (l *lamp) keep(t *plugins.Task) error {
	for {
		if err := l.changed.Wait(t); err != nil {
			return err
		}
		for l.changed.IsSet() {
			l.changed.Clear()
			if err := t.Sleep(saveAfter); err != nil {
				return err
			}
		}
		switch err := l.memory.save(t, l.dimmer.levels); {
		case err == nil:
			l.env.Health.OK()
		case errors.Is(err, plugins.ErrCancelled):
			return err
		default:
			l.env.Health.Degraded("the level is not kept over a restart: %v", err)
			l.changed.Set()
			if err := t.Sleep(retryAfter); err != nil {
				return err
			}
		}
	}
}
