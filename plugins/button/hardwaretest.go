package button

import (
	"time"

	"ptvd/plugins"
)

// HardwareTests returns one test, in which a person presses the button and sees which
// gestures and actions follow.
func (b *button) HardwareTests() []plugins.HardwareTest {
	return []plugins.HardwareTest{{Parts: []string{string(b.cfg.Pin)}, Run: b.testHardware}}
}

func (b *button) testHardware(t *plugins.Task, report plugins.Reporter) error {
	if err := b.open(t); err != nil {
		return err
	}
	down := b.in.Level(0) == plugins.High
	if down {
		report.Warn("%s reads as pressed. If nobody is pressing it: %s", b.cfg.Pin, b.cfg.whyPressed())
	} else {
		report.Info("%s reads as not pressed. Press it.", b.cfg.Pin)
	}
	test := &pressTest{button: b, report: report}
	b.recognizer = newRecognizer(b.cfg.timing(), down, t.Now(), test.gesture)
	err := b.follow(t, func(edge plugins.Edge) {
		pressed := edge.Level == plugins.High
		test.edge(pressed) // first what the line did, then the gestures that follow
		b.recognizer.edge(pressed, edge.At)
	})
	switch {
	case test.changed:
	case down:
		report.Warn("%s read as pressed throughout the test.", b.cfg.Pin)
	default:
		report.Warn("%s never changed. If you pressed the button: a wire is loose or on another pin, or the button's other leg is not connected to %s.", b.cfg.Pin, b.cfg.activeLevel())
	}
	return err
}

// pressTest reports what a person does with the button.
type pressTest struct {
	*button
	report  plugins.Reporter
	changed bool
	second  plugins.Instant // the start of the second in which presses are counted
	presses int             // in that second
	noisy   bool            // noise was reported
}

func (p *pressTest) edge(pressed bool) {
	p.changed = true
	change, level := "released", "low"
	if pressed {
		change = "pressed"
		p.checkNoise()
	}
	if pressed != p.cfg.ActiveLow {
		level = "high"
	}
	p.report.Info("%s: %s is %s", change, p.cfg.Pin, level)
}

// gesture reports a gesture that has an action.
func (p *pressTest) gesture(g gesture) {
	switch action := p.actions[g]; {
	case g == stuck:
		p.report.Warn("%s has been pressed for a minute: is the button stuck?", p.cfg.Pin)
	case action.Bound():
		p.report.Info("%v: calls %v", g, action)
	}
}

// maxPresses is more presses a second than a person can make.
const maxPresses = 20

// checkNoise warns once if the line changes so fast that it must be picking up noise,
// such as mains hum.
func (p *pressTest) checkNoise() {
	if now := p.env.Loop.Now(); now.Sub(p.second) > time.Second {
		p.second, p.presses = now, 0
	}
	if p.presses++; p.presses > maxPresses && !p.noisy {
		p.noisy = true
		pull, _ := p.cfg.Pull.MarshalText() // never fails
		p.report.Warn("%s changes faster than a person can press: the wire is not connected and picks up noise, or pull: %s leaves the line floating.", p.cfg.Pin, pull)
	}
}

// whyPressed says what may be wrong if a line always reads as pressed.
func (c Config) whyPressed() string {
	switch {
	case c.Pull == plugins.PullNone:
		return "pull: none needs a resistor of your own on the line; without one, write pull: up for a button to ground."
	case c.ActiveLow && c.Pull == plugins.PullDown:
		return "pull: down makes the line low, and active_low: true reads low as pressed. For a button to ground write pull: up."
	case !c.ActiveLow && c.Pull == plugins.PullUp:
		return "pull: up makes the line high, and active_low: false reads high as pressed. For a button to ground write active_low: true, for one to 3.3 V write pull: down."
	case c.ActiveLow:
		return "the line is connected to ground. Is it the right pin, and are the wires on two legs that only a press connects? Take two that are diagonally opposite."
	}
	return "the line is connected to 3.3 V. Is it the right pin? For a button to ground write pull: up and active_low: true."
}

// activeLevel names what a press connects the line to.
func (c Config) activeLevel() string {
	if c.ActiveLow {
		return "ground"
	}
	return "3.3 V"
}
