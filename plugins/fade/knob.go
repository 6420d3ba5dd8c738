package fade

import (
	"time"

	"ptvd/plugins"
)

// watchKnob opens the encoder's lines and starts to follow it.
func (l *lamp) watchKnob(t *plugins.Task) error {
	in, code, err := l.openKnob(t)
	if err != nil {
		return err
	}
	l.env.GoUrgent("knob", func(t *plugins.Task) error { return l.followKnob(t, in, code) })
	return nil
}

// openKnob opens the lines of an encoder that rests in a detent now.
func (l *lamp) openKnob(t *plugins.Task) (*plugins.Input, plugins.Quadrature, error) {
	e := l.cfg.Encoder
	options := plugins.InputOptions{Lines: []string{string(e.A), string(e.B)}, Pull: e.Pull}
	if e.StepsPerDetent == 1 {
		options.Debounce = soloDebounce
	}
	in, err := l.env.Board.Input(t, options)
	if err != nil {
		return nil, plugins.Quadrature{}, err
	}
	code, err := plugins.NewQuadrature(in.Level(0), in.Level(1), e.StepsPerDetent)
	return in, code, err
}

// soloDebounce is for an encoder whose every code is a detent. The others need
// none: a bounce goes to and fro between two codes of the same detent.
const soloDebounce = 5 * time.Millisecond

// followKnob turns the lamp as the knob is turned.
func (l *lamp) followKnob(t *plugins.Task, in *plugins.Input, code plugins.Quadrature) error {
	speed := acceleration{most: l.cfg.Encoder.Acceleration}
	for {
		edge, err := in.Next(t)
		if err != nil {
			return err
		}
		l.env.Meter.Set("edges_lost_total", float64(in.Lost()))
		detent := code.Step(in.Level(0), in.Level(1))
		if detent == 0 {
			continue
		}
		if l.cfg.Encoder.Reverse {
			detent = -detent
		}
		l.turn(detent, speed.steps(detent > 0, edge.At))
		l.aim()
	}
}
