package fade

import (
	"time"

	"ptvd/plugins"
)

// watchKnob opens the encoder's lines and starts to follow it.
func (l *lamp) watchKnob(t *plugins.Task) error {
	e := l.cfg.Encoder
	options := plugins.InputOptions{Lines: []string{string(e.A), string(e.B)}, Pull: e.Pull}
	if e.StepsPerDetent == 1 {
		options.Debounce = soloDebounce
	}
	in, err := l.env.Board.Input(t, options)
	if err != nil {
		return err
	}
	code, err := plugins.NewQuadrature(in.Level(0), in.Level(1), e.StepsPerDetent)
	if err != nil {
		return err
	}
	l.env.GoUrgent("knob", func(t *plugins.Task) error { return l.turn(t, in, code) })
	return nil
}

// soloDebounce is for an encoder whose every code is a detent. The others need
// none: a bounce goes to and fro between two codes of the same detent.
const soloDebounce = 5 * time.Millisecond

// turn follows the knob.
func (l *lamp) turn(t *plugins.Task, in *plugins.Input, code plugins.Quadrature) error {
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
		l.dimmer.turn(float64(detent) * speed.steps(detent > 0, edge.At))
		l.aim()
	}
}
