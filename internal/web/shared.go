package web

import (
	"context"
	"time"
)

// shared is one state for all who ask at about the same time, so that many who ask
// take no more of the loop than a few.
type shared struct {
	get   func(context.Context) (State, error)
	turn  chan struct{} // whoever has it may use the rest
	state State
	until time.Time
}

// stateLife is how old a state may be that is given to another one.
const stateLife = 250 * time.Millisecond

func newShared(get func(context.Context) (State, error)) *shared {
	return &shared{get: get, turn: make(chan struct{}, 1)}
}

// ask returns a state that nobody may change.
func (s *shared) ask(ctx context.Context) (State, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return State{}, ctx.Err()
	}
	if time.Now().Before(s.until) {
		return s.state, nil
	}
	state, err := s.get(ctx)
	if err != nil {
		return State{}, err
	}
	s.state, s.until = state, time.Now().Add(stateLife)
	return state, nil
}
