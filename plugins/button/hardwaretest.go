package button

import (
	"strings"

	"ptvd/plugins"
)

// HardwareTests has one test: a person presses the button and sees the result.
func (b *button) HardwareTests() []plugins.HardwareTest {
	return []plugins.HardwareTest{{Parts: []string{string(b.cfg.Pin)}, Run: b.testHardware}}
}

func (b *button) testHardware(t *plugins.Task, report plugins.Reporter) error {
	test := &pressTest{button: b, report: report}
	if err := b.open(t, test.edge, test.noise, test.gesture); err != nil {
		return err
	}
	held := b.contact.down
	if held {
		report.Warn("%s reads as pressed. If nobody is pressing the button: %s", b.cfg.Pin, b.cfg.whyPressed())
	} else {
		report.Info("%s reads as not pressed. Press the button.", b.cfg.Pin)
	}
	err := b.watch(t)
	switch {
	case test.changed:
	case held:
		report.Warn("%s still reads as pressed at the end of the test.", b.cfg.Pin)
	default:
		otherLeg := "3.3 V"
		if b.cfg.ActiveLow {
			otherLeg = "ground"
		}
		report.Warn("%s did not change. If the button was pressed: a wire is loose or on the wrong pin, or the button's other leg is not connected to %s.", b.cfg.Pin, otherLeg)
	}
	return err
}

type pressTest struct {
	*button
	report  plugins.Reporter
	changed bool
	noisy   bool // was reported
}

func (p *pressTest) edge(pressed bool, at plugins.Instant) {
	p.changed = true
	word, level := "released", "low"
	if pressed {
		word = "pressed"
	}
	if pressed != p.cfg.ActiveLow {
		level = "high"
	}
	p.report.Info("%s: %s is %s", word, p.cfg.Pin, level)
	p.recognizer.edge(pressed, at)
}

// gesture reports what the service would call.
func (p *pressTest) gesture(g gesture) {
	switch actions := p.actions[g]; {
	case g == stuck:
		p.report.Warn("%s has been pressed for a minute: is the button stuck?", p.cfg.Pin)
	case len(actions) > 0:
		var names []string
		for _, action := range actions {
			names = append(names, action.String())
		}
		p.report.Info("%v: calls %s", g, strings.Join(names, ", "))
	}
}

func (p *pressTest) noise(edgesPerSecond int) {
	if edgesPerSecond == 0 {
		p.quiet()
	} else if !p.noisy {
		p.changed, p.noisy = true, true
		p.report.Warn("%s changes faster than a person can press (%d edges/s): the input is floating and picks up noise. Check the wire; without an external resistor, set pull: up for a button to ground.", p.cfg.Pin, edgesPerSecond)
	}
}

// whyPressed returns the probable reason why a line always reads as pressed.
func (c Config) whyPressed() string {
	switch {
	case c.Pull == plugins.PullNone:
		return "pull: none needs an external resistor. Without one, set pull: up for a button to ground."
	case c.ActiveLow && c.Pull == plugins.PullDown:
		return "pull: down makes the line low, and active_low: true reads low as pressed. For a button to ground set pull: up."
	case !c.ActiveLow && c.Pull == plugins.PullUp:
		return "pull: up makes the line high, and active_low: false reads high as pressed. For a button to ground set active_low: true, for a button to 3.3 V set pull: down."
	case c.ActiveLow:
		return "the line is connected to ground. Check the pin, and that the wires are on two legs that the button connects: take two diagonal ones."
	}
	return "the line is connected to 3.3 V. Check the pin. For a button to ground set pull: up and active_low: true."
}
