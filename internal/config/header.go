package config

import (
	"os"
	"slices"
	"strings"

	"ptvd/internal/gpio"
)

// checkHeader refuses lines that belong to a bus or port which another option names, and
// warns of outputs that cannot be used together on some boards.
func (d *decoder) checkHeader(claims []claim) {
	owners := map[string]claim{}
	functions := map[string]string{}
	for _, c := range claims {
		for _, bus := range gpio.BusLines(c.part) {
			if _, owned := owners[bus.Line]; !owned {
				owners[bus.Line], functions[bus.Line] = c, bus.Function
			}
		}
	}
	outputs := map[int]claim{} // by the channel
	for _, c := range claims {
		if owner, owned := owners[c.part]; owned {
			d.error(c.at, "%s is %s of %s, which %s uses (line %d); choose another line", c.part, functions[c.part],
				busOf(owner.part), owner.instance, owner.at.position().line)
		}
		channel := slices.IndexFunc(gpio.PWMChannels, func(lines []string) bool { return slices.Contains(lines, c.part) })
		if !c.pwm || channel < 0 {
			continue
		}
		if other, used := outputs[channel]; used && other.part != c.part && sharesChannels() {
			d.report(Warning, c.at.position(), c.at.path, "%s and %s (line %d) are the same PWM channel on boards up to the Raspberry Pi 4; use %s on those",
				c.part, other.part, other.at.position().line, strings.Join(gpio.PWMChannels[1-channel], " or "))
			continue
		}
		outputs[channel] = c
	}
}

// busOf returns the bus of an address on it, or the part itself.
func busOf(part string) string {
	if strings.HasPrefix(part, "/") {
		return part
	}
	bus, _, _ := strings.Cut(part, "/")
	return bus
}

// sharesChannels reports whether this machine may be a board on which two lines share a
// PWM channel: any but a Raspberry Pi 5, whose lines have a channel each.
func sharesChannels() bool {
	compatible, _ := os.ReadFile("/sys/firmware/devicetree/base/compatible")
	return !strings.Contains(string(compatible), "brcm,bcm2712")
}
