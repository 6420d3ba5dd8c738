package config

import (
	"cmp"
	"os"
	"slices"
	"strings"

	"ptvd/internal/gpio"
)

// claim is a part of the board that an option names.
type claim struct {
	part, instance string
	at             place
	pwm            bool // it is used as a PWM output
}

// checkClaims gives each part to the first that names it in the file. Which
// channel of which PWM chip is behind GPIO18 only the board at hand knows: that
// GPIO18 and pwmchip0/0 are one is found when the second of them is opened.
func (d *decoder) checkClaims(claims []claim) {
	slices.SortStableFunc(claims, func(a, b claim) int {
		p, q := a.at.position(), b.at.position()
		return cmp.Or(cmp.Compare(p.line, q.line), cmp.Compare(p.column, q.column))
	})
	holders := map[string]claim{}
	for _, c := range claims {
		holder, taken := holders[c.part]
		if !taken {
			holders[c.part] = c
			continue
		}
		name := holder.instance
		if name == c.instance {
			name = strings.TrimPrefix(holder.at.path, "plugins.")
		}
		d.error(c.at, "%s is already in use by %s (line %d); choose another", c.part, name, holder.at.position().line)
	}
}

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
