package fade

import (
	"errors"
	"time"

	"ptvd/plugins"
)

func (l *lamp) openEncoder(t *plugins.Task) (*plugins.Input, plugins.Quadrature, error) {
	e := l.cfg.Encoder
	options := plugins.InputOptions{Lines: []string{string(e.A), string(e.B)}, Pull: e.Pull}
	if e.StepsPerDetent == 1 {
		options.Debounce = oneStepDebounce
	}
	in, err := l.env.Board.Input(t, options)
	if err != nil {
		return nil, plugins.Quadrature{}, err
	}
	decoder, err := plugins.NewQuadrature(in.Level(0), in.Level(1), e.StepsPerDetent)
	return in, decoder, err
}

// oneStepDebounce is for an encoder with one code change per detent. Others need no
// debouncing: a bounce moves back and forth between two codes of the same detent.
const oneStepDebounce = 5 * time.Millisecond

func (l *lamp) followEncoder(t *plugins.Task, in *plugins.Input, decoder plugins.Quadrature) error {
	l.env.Meter.Describe("edges_lost_total", "Edges that the kernel's queue lost.")
	l.env.Meter.Set("edges_lost_total", 0)
	lost := uint64(0)
	accelerator := accelerator{factor: l.cfg.Encoder.Acceleration}
	for {
		due := decoder.Due() // when it rests beside a detent that was not counted yet
		edge, err := in.NextUntil(t, due)
		detents, at := 0, due
		switch {
		case errors.Is(err, plugins.ErrTimeout):
			detents = decoder.Rest(due)
		case err != nil:
			return err
		default:
			detents, at = decoder.Step(in.Level(0), in.Level(1), edge.At), edge.At
		}
		if n := in.Lost(); n != lost {
			lost = n
			l.env.Meter.Set("edges_lost_total", float64(n))
		}
		if detents == 0 {
			continue
		}
		if l.cfg.Encoder.Reverse {
			detents = -detents
		}
		steps := accelerator.steps(detents > 0, at)
		at = max(at, l.fader.since)
		l.turn(detents, steps, at)
		// The fade began when the knob was turned, so that the lamp changes now.
		l.startFade(at)
		level := l.fader.level(t.Now())
		if _, err := l.show(level); err != nil {
			return err
		}
		l.publish(level) // also at a limit, where no fade begins
	}
}

// Below slowRate detents a second a detent is one step. From there the steps per detent
// grow linearly, up to the acceleration factor at fastRate.
const (
	slowRate = 6.0
	fastRate = 30.0
)

// maxGap is the longest time between two detents of one turn.
const maxGap = 200 * time.Millisecond

// accelerator makes a detent count for more steps the faster the encoder is turned, so
// that a quick turn crosses the whole range and single detents stay fine. It needs a run
// of fast detents: two that follow each other closely are often a finger that slipped.
type accelerator struct {
	factor float64 // steps per detent at full speed; 1: no acceleration

	latest    plugins.Instant
	clockwise bool
	rates     [3]float64 // detents a second before each of the latest; 0: a new turn
}

// steps returns how many steps a detent at an instant counts, from 1 to factor.
func (a *accelerator) steps(clockwise bool, at plugins.Instant) float64 {
	rate := 0.0
	if gap := at.Sub(a.latest); gap < maxGap && clockwise == a.clockwise {
		rate = float64(time.Second) / float64(max(gap, time.Millisecond))
	}
	a.rates = [3]float64{a.rates[1], a.rates[2], rate}
	a.latest, a.clockwise = at, clockwise
	ratio := (min(a.rates[0], a.rates[1], rate) - slowRate) / (fastRate - slowRate)
	return 1 + (a.factor-1)*min(1, max(0, ratio))
}
