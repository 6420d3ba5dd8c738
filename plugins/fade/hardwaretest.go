package fade

import (
	"errors"
	"math"
	"time"

	"ptvd/plugins"
)

// HardwareTests has a test that fades the light up and down, and one in which a person
// turns the encoder.
func (l *lamp) HardwareTests() []plugins.HardwareTest {
	light := plugins.HardwareTest{Run: l.testLight}
	for _, name := range l.cfg.Output {
		light.Parts = append(light.Parts, string(name))
	}
	tests := []plugins.HardwareTest{light}
	if e := l.cfg.Encoder; e.A != "" {
		tests = append(tests, plugins.HardwareTest{Parts: []string{string(e.A), string(e.B)}, Run: l.testEncoder})
	}
	return tests
}

const (
	// sweep is how long the light fades up, and as long down: slow enough to see
	// steps and flicker.
	sweep     = 2 * time.Second
	sweepStep = 10 * time.Millisecond
)

// testLight fades one output after the other, so that swapped outputs show.
func (l *lamp) testLight(t *plugins.Task, report plugins.Reporter) error {
	if err := l.openOutputs(t); err != nil {
		return err
	}
	if err := l.setOutputs(0); err != nil {
		return err
	}
	for round := 0; ; round++ {
		for i := range l.outputs {
			switch {
			case len(l.outputs) > 1:
				report.Info("%s fades up and down.", l.cfg.Output[i])
			case round == 0:
				report.Info("%s fades up and down, %v each way, repeatedly. If it stays dark: check the wire, the driver's ground, and that the overlay uses this pin. If it is bright when it should be dark: the driver inverts, set inverted: %v.", l.cfg.Output[i], sweep, !l.cfg.Inverted)
			}
			if err := l.fadeUpAndDown(t, i); err != nil {
				return errors.Join(err, l.setOutput(i, 0))
			}
		}
	}
}

func (l *lamp) fadeUpAndDown(t *plugins.Task, output int) error {
	start := t.Now()
	for now := start; now.Sub(start) < 2*sweep; now = t.Now() {
		level := 1 - math.Abs(1-float64(now.Sub(start))/float64(sweep)) // 0 to 1 and back
		if err := l.setOutput(output, l.cfg.duty(level*float64(l.cfg.Max))); err != nil {
			return err
		}
		if err := t.Sleep(sweepStep); err != nil {
			return err
		}
	}
	return l.setOutput(output, 0)
}
