package fade

import (
	"errors"
	"math"
	"time"

	"ptvd/plugins"
)

// HardwareTests lets the light go up and down by itself, and somebody turn the knob.
func (l *lamp) HardwareTests() []plugins.HardwareTest {
	light := plugins.HardwareTest{Run: l.testLight}
	for _, name := range l.cfg.Output {
		light.Parts = append(light.Parts, string(name))
	}
	trials := []plugins.HardwareTest{light}
	if e := l.cfg.Encoder; e.A != "" {
		trials = append(trials, plugins.HardwareTest{Parts: []string{string(e.A), string(e.B)}, Run: l.testEncoder})
	}
	return trials
}

const (
	// sweep is how long the light goes up, and as long down: slowly enough for
	// steps and flicker to show.
	sweep     = 2 * time.Second
	sweepStep = 10 * time.Millisecond
)

// testLight lets one output after the other go up and down, so that two that are
// swapped show.
func (l *lamp) testLight(t *plugins.Task, report plugins.Reporter) error {
	if err := l.openOutputs(t); err != nil {
		return err
	}
	for round := 0; ; round++ {
		for i, output := range l.outputs {
			switch {
			case len(l.outputs) > 1:
				report.Info("%s goes up and down.", l.cfg.Output[i])
			case round == 0:
				report.Info("%s goes up and down, %v each way, again and again. Dark all the while: a wire, the driver's ground, or an overlay that drives another pin. Bright where it should be dark: the driver inverts.", l.cfg.Output[i], sweep)
			}
			if err := l.upAndDown(t, output); err != nil {
				return errors.Join(err, output.SetDuty(0))
			}
		}
	}
}

func (l *lamp) upAndDown(t *plugins.Task, output plugins.PWM) error {
	start := t.Now()
	for now := start; now.Sub(start) < 2*sweep; now = t.Now() {
		way := 1 - math.Abs(1-float64(now.Sub(start))/float64(sweep)) // 0 to 1 and back
		if err := output.SetDuty(l.cfg.Gamma.duty(way * float64(l.cfg.Max))); err != nil {
			return err
		}
		if err := t.Sleep(sweepStep); err != nil {
			return err
		}
	}
	return output.SetDuty(0)
}
