package button

import (
	"time"

	"ptvd/plugins"
)

// HardwareTests lets somebody press the button, and see what becomes of it.
func (b *button) HardwareTests() []plugins.HardwareTest {
	return []plugins.HardwareTest{{Parts: []string{string(b.cfg.Pin)}, Run: b.testHardware}}
}

func (b *button) testHardware(t *plugins.Task, report plugins.Reporter) error {
	if err := b.open(t); err != nil {
		return err
	}
	held := b.in.Level(0) == plugins.High
	if held {
		report.Warn("%s reads as pressed. If nobody presses: %s", b.cfg.Pin, b.cfg.whyPressed())
	} else {
		report.Info("%s reads as not pressed. Press it.", b.cfg.Pin)
	}
	f := &finger{button: b, report: report}
	b.gestures = newRecogniser(b.cfg.timing(), held, t.Now(), f.gesture)
	err := b.follow(t, func(edge plugins.Edge) {
		pressed := edge.Level == plugins.High
		f.edge(pressed) // and then what the service would make of it
		b.gestures.edge(pressed, edge.At)
	})
	switch {
	case f.changed:
	case held:
		report.Warn("%s reads as pressed to the end.", b.cfg.Pin)
	default:
		report.Warn("%s never changed. If somebody pressed: a wire is loose or on another pin, or the button's other leg does not go to %s.", b.cfg.Pin, b.cfg.closesTo())
	}
	return err
}

// finger is what somebody does to a button that is tried.
type finger struct {
	*button
	report  plugins.Reporter
	changed bool
	second  plugins.Instant // the beginning of a second …
	presses int             // … and the presses within it
	floats  bool
}

func (f *finger) edge(pressed bool) {
	f.changed = true
	word, meter := "released", "low"
	if pressed {
		word = "pressed"
		f.doubtHaste()
	}
	if pressed != f.cfg.ActiveLow {
		meter = "high"
	}
	f.report.Info("%s: %s is %s", word, f.cfg.Pin, meter)
}

// gesture tells what something is bound to.
func (f *finger) gesture(g gesture) {
	switch action := f.actions[g]; {
	case g == stuck:
		f.report.Warn("%s has been pressed for a minute: is it stuck?", f.cfg.Pin)
	case action.Bound():
		f.report.Info("%v: calls %v", g, action)
	}
}

// fastest is more presses a second than a finger can do.
const fastest = 20

// doubtHaste tells a line that hangs in the air, and picks up the mains, from a
// finger.
func (f *finger) doubtHaste() {
	if now := f.env.Loop.Now(); now.Sub(f.second) > time.Second {
		f.second, f.presses = now, 0
	}
	if f.presses++; f.presses > fastest && !f.floats {
		f.floats = true
		f.report.Warn("%s changes faster than a finger can: the wire hangs in the air and picks up noise, or pull: %s leaves it without one.", f.cfg.Pin, pullWord(f.cfg.Pull))
	}
}

// whyPressed says what may be wrong with a line that reads as pressed all the time.
func (c Config) whyPressed() string {
	switch {
	case c.Pull == plugins.PullNone:
		return "pull: none leaves the line to a resistor of your own; without one, write pull: up for a button to ground."
	case c.ActiveLow && c.Pull == plugins.PullDown:
		return "pull: down makes the line low, which active_low: true takes for pressed. For a button to ground write pull: up."
	case !c.ActiveLow && c.Pull == plugins.PullUp:
		return "pull: up makes the line high, which active_low: false takes for pressed. For a button to ground write active_low: true, for one to 3.3 V write pull: down."
	case c.ActiveLow:
		return "the line is joined to ground. Is it the right pin, and are both wires on legs that are always joined? Take two that lie diagonally."
	}
	return "the line is joined to 3.3 V. Is it the right pin? For a button to ground write pull: up and active_low: true."
}

func (c Config) closesTo() string {
	if c.ActiveLow {
		return "ground"
	}
	return "3.3 V"
}

func pullWord(p plugins.Pull) string {
	word, _ := p.MarshalText() // never fails
	return string(word)
}
