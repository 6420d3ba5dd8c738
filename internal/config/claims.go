package config

import (
	"maps"
	"slices"
	"strings"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/expander"
	"ptvd/internal/gpio/header"
	"ptvd/internal/schema"
)

// claim is a part of the board that an option names.
type claim struct {
	part, instance string
	at             place
	pwm            bool // it is used as a PWM output
}

// checkClaims gives each part to the first option that names it in the file. Only
// the board knows which PWM channel drives GPIO18: that GPIO18 and pwmchip0/0 are
// one output is found when the second of them is opened.
func (d *decoder) checkClaims(claims []claim) {
	slices.SortStableFunc(claims, func(a, b claim) int { return a.at.position().compare(b.at.position()) })
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

// thisBoard is the machine on which the file is checked. A test has another.
var thisBoard = header.This

// checkHeader refuses lines that belong to a bus or port which another option names.
func (d *decoder) checkHeader(claims []claim) {
	owners := map[string]claim{}
	functions := map[string]string{}
	for _, c := range slices.Backward(claims) { // the first owner of a line counts
		for _, own := range thisBoard().BusLines(gpio.Canonical(c.part)) {
			owners[own.Line], functions[own.Line] = c, own.Function
		}
	}
	for _, c := range claims {
		if owner, owned := owners[c.part]; owned {
			bus, _, _ := strings.Cut(owner.part, "/0x") // without an address on it
			d.error(c.at, "%s is %s of %s, which %s uses (line %d); choose another line", c.part, functions[c.part],
				bus, owner.instance, owner.at.position().line)
		} else if thisBoard().Pins == 26 && thisBoard().Pin(c.part) == 0 && strings.HasPrefix(c.part, "GPIO") {
			d.report(Warning, c.at.position(), c.at.path, "%s is not on the header of this board, which has 26 pins", c.part)
		}
	}
}

// checkOutputs refuses PWM outputs that this board does not have, or does not have at
// the same time. On another machine it warns of those that boards up to the Raspberry
// Pi 4 do not have at the same time.
func (d *decoder) checkOutputs(claims []claim) {
	board := thisBoard()
	model, where, onThose, severity := board.Model, "", "", Error
	if model == nil {
		model, where, onThose, severity = header.Models[0], " on boards up to the Raspberry Pi 4", " on those", Warning
	} else {
		where = " of a " + model.Boards
	}
	outputs := map[int]claim{} // by the channel
	for _, c := range claims {
		channel := model.Channel(c.part)
		if !c.pwm || !strings.HasPrefix(c.part, "GPIO") {
			continue
		}
		refuse := func(format string, args ...any) { d.report(severity, c.at.position(), c.at.path, format, args...) }
		other, used := outputs[channel]
		routed := board.RoutedTo(c.part)
		switch {
		case channel < 0 && board.Model != nil:
			refuse("%s is no PWM output%s; use %s", c.part, where, schema.Join(slices.Concat(model.PWM...), "or"))
		case channel < 0:
		case used && other.part != c.part:
			free := slices.Concat(slices.Delete(slices.Clone(model.PWM), channel, channel+1)...)
			refuse("%s and %s (line %d) are the same PWM channel%s; use %s%s", c.part, other.part, other.at.position().line, where, schema.Join(free, "or"), onThose)
		case routed != c.part:
			refuse("the device tree routes the PWM channel of %s to %s; use that, or change dtoverlay= in /boot/firmware/config.txt", c.part, routed)
		default:
			outputs[channel] = c
		}
	}
}

// expanderClaims checks the expanders themselves, and returns the addresses that they
// use.
func (d *decoder) expanderClaims(expanders map[string]expander.Options) (claims []claim) {
	for _, name := range slices.Sorted(maps.Keys(expanders)) {
		o := expanders[name]
		at := d.nearestPlace("expanders." + name)
		at.path = "expanders." + name
		if !schema.InstanceName.MatchString(name) {
			d.error(at, "invalid expander name %s; use 1 to 32 lower-case letters, digits and hyphens", schema.Quote(name))
		}
		if o.Model == nil || o.Bus == "" || o.Address == 0 {
			continue // which was reported
		}
		if first, last := o.Model.Addresses[0], o.Model.Addresses[1]; o.Address < first || o.Address > last {
			d.error(at, "the %s has no address %#02x; write %#02x to %#02x", o.Model.Name, o.Address, first, last)
		}
		claims = append(claims, claim{part: gpio.I2CAddressName(o.Bus, o.Address), instance: "expander " + name, at: at})
	}
	return claims
}

func (d *decoder) checkExpanderPin(expanders map[string]expander.Options, at place, pin string) {
	name, number, dotted := strings.Cut(pin, ".")
	if !dotted || strings.Contains(pin, "-GPIO") || name[0] >= 'A' && name[0] <= 'Z' { // a pin of another driver
		return
	}
	o, ok := expanders[name]
	if !ok {
		d.error(at, "unknown expander %s; %s", schema.Quote(name), schema.Suggest(name, slices.Sorted(maps.Keys(expanders))))
		return
	}
	if o.Model != nil && !slices.Contains(o.Model.Pins, number) {
		d.error(at, "the %s has no pin %s; %s", o.Model.Name, number, schema.Suggest(number, o.Model.Pins))
	}
}
