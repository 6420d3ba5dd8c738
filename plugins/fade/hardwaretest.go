package fade

import (
	"errors"
	"math"
	"math/bits"
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

// testEncoder reports each detent, and changes that do not look like one.
func (l *lamp) testEncoder(t *plugins.Task, report plugins.Reporter) error {
	in, decoder, err := l.openEncoder(t)
	if err != nil {
		return err
	}
	e := l.cfg.Encoder
	report.Info("Turn the encoder on %s and %s clockwise. Each detent should print one line, clockwise. If it prints counter-clockwise, a and b are swapped: swap the wires, or set reverse: true.", e.A, e.B)
	test := &encoderTest{encoder: e, report: report}
	for {
		due := plugins.Never
		if test.changes != [2]int{} {
			due = t.Now().Add(stopAfter)
		}
		edge, err := in.NextUntil(t, due)
		switch {
		case errors.Is(err, plugins.ErrTimeout):
			test.turned(decoder.Rest(t.Now()))
			test.stopped(in.Level(0), in.Level(1))
		case err != nil:
			if test.total == [2]int{} {
				report.Warn("%s and %s did not change. If the encoder was turned: check that its common pin is connected to ground, and that a and b are on these pins.", e.A, e.B)
			}
			return err
		default:
			test.changed(edge.Line, decoder.Step(in.Level(0), in.Level(1), edge.At))
		}
	}
}

type encoderTest struct {
	encoder Encoder
	report  plugins.Reporter
	sum     int    // detents, clockwise positive
	total   [2]int // changes of each channel
	changes [2]int // of each channel since the encoder last stopped
	detents int    // since the encoder last stopped
	idle    int    // changes since the last detent or stop
	stops   uint8  // where it has stopped: a bit for each code, by which channels were high
}

// stopAfter is how long an encoder does not change before it has stopped.
const stopAfter = 500 * time.Millisecond

// maxIdle is more changes than the contacts of a worn encoder make between two
// detents.
const maxIdle = 100

func (e *encoderTest) changed(channel, detents int) {
	e.total[channel]++
	e.changes[channel]++
	if e.turned(detents) {
		return
	}
	if e.idle++; e.idle == maxIdle { // a line that changes all the time, and so never stops
		line := [2]plugins.Pin{e.encoder.A, e.encoder.B}[channel]
		e.report.Warn("%s changes continuously without a detent: the input is floating and picks up noise, or the encoder's common pin is not connected to ground. Without external resistors, set pull: up.", line)
	}
}

func (e *encoderTest) turned(detents int) bool {
	if detents == 0 {
		return false
	}
	if e.encoder.Reverse {
		detents = -detents
	}
	e.idle = 0
	e.detents++
	e.sum += detents
	direction := "clockwise"
	if detents < 0 {
		direction = "counter-clockwise"
	}
	e.report.Info("%s, total %+d", direction, e.sum)
	return true
}

// stopped checks where the encoder stopped. Its position at the beginning says nothing: it
// may have been off its detent. With four steps per detent it always stops at one code, or at two
// neighbors if its detents lie on a code edge.
func (e *encoderTest) stopped(a, b plugins.Level) {
	pins := e.encoder
	code := 0
	if a {
		code |= 1
	}
	if b {
		code |= 2
	}
	isNew := e.stops>>code&1 == 0
	e.stops |= 1 << code
	codes := bits.OnesCount8(e.stops)
	switch {
	case e.missing(0):
		e.warnMissing(pins.B, pins.A, "a")
	case e.missing(1):
		e.warnMissing(pins.A, pins.B, "b")
	case isNew && codes > 2 && pins.StepsPerDetent > 1:
		e.report.Warn("The encoder has stopped at %d of its 4 codes. If it was in a detent each time: set steps_per_detent: 1.", codes)
	case isNew && codes == 2 && e.stops>>(code^3)&1 == 1 && pins.StepsPerDetent > 2:
		e.report.Warn("The encoder stopped halfway to a detent. If it is in a detent: set steps_per_detent: 2.")
	case e.detents == 0 && e.changes[0]%2 == 0 && e.changes[1]%2 == 0:
		e.report.Info("%s and %s changed and changed back: no detent.", pins.A, pins.B)
	}
	e.changes, e.detents, e.idle = [2]int{}, 0, 0
}

// missing tells whether a channel did not change although the other changed and
// changed back. With one step to the detent that is normal, unless the channel never
// changes.
func (e *encoderTest) missing(channel int) bool {
	if e.encoder.StepsPerDetent == 1 {
		return e.total[channel] == 0 && e.total[1-channel] > 1
	}
	return e.changes[channel] == 0 && e.changes[1-channel]%2 == 0
}

func (e *encoderTest) warnMissing(changed, missing plugins.Pin, channel string) {
	e.report.Warn("%s changed, but %s did not. If you turned by a detent or more: the wire of %s (%s) is loose or on the wrong pin. If you pressed a button: it is connected to %s.", changed, missing, channel, missing, changed)
}
