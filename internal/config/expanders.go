package config

import (
	"maps"
	"slices"
	"strings"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/expander"
	"ptvd/internal/schema"
	"ptvd/plugins"
)

// expanderEntry is an I/O expander in the file.
type expanderEntry struct {
	plugins.OneOf
	MCP23008 *expanderOnBus `yaml:"mcp23008" doc:"8 pins, GP0 to GP7"`
	MCP23017 *expanderOnBus `yaml:"mcp23017" doc:"16 pins, GPA0 to GPA7 and GPB0 to GPB7"`
	PCF8574  *expanderOnBus `yaml:"pcf8574" doc:"8 pins, P0 to P7"`
	PCF8575  *expanderOnBus `yaml:"pcf8575" doc:"16 pins, P00 to P07 and P10 to P17"`
}

// expanderOnBus is the options of every model.
type expanderOnBus struct {
	I2C     plugins.I2CBus     `yaml:"i2c" doc:"the bus that it is connected to" required:"true"`
	Address plugins.I2CAddress `yaml:"address" doc:"its address on the bus" required:"true"`
	Poll    time.Duration      `yaml:"poll" doc:"how often inputs are read, since it reports no edges; without it 20ms" min:"1ms" max:"1s"`
}

const defaultPoll = 20 * time.Millisecond

// options returns what the board is to attach, with a nil Model if nothing is given.
func (e expanderEntry) options() expander.Options {
	for name, chosen := range map[string]*expanderOnBus{"mcp23008": e.MCP23008, "mcp23017": e.MCP23017, "pcf8574": e.PCF8574, "pcf8575": e.PCF8575} {
		if chosen == nil {
			continue
		}
		i := slices.IndexFunc(expander.Models, func(m *expander.Model) bool { return m.Name == name })
		o := expander.Options{Model: expander.Models[i], Bus: string(chosen.I2C), Address: uint16(chosen.Address), Poll: chosen.Poll}
		if o.Poll == 0 {
			o.Poll = defaultPoll
		}
		return o
	}
	return expander.Options{}
}

func expanderOptions(entries map[string]expanderEntry) map[string]expander.Options {
	all := map[string]expander.Options{}
	for name, e := range entries {
		all[name] = e.options()
	}
	return all
}

// expanderClaims checks the expanders themselves, and returns the addresses that they
// use.
func (d *decoder) expanderClaims(entries map[string]expanderEntry) (claims []claim) {
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		o := entries[name].options()
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

// checkExpanderPin checks a pin that is named after an expander.
func (d *decoder) checkExpanderPin(entries map[string]expanderEntry, at place, pin string) {
	name, number, dotted := strings.Cut(pin, ".")
	if !dotted || strings.Contains(pin, "-GPIO") {
		return
	}
	entry, ok := entries[name]
	if !ok {
		d.error(at, "unknown expander %s; %s", schema.Quote(name), schema.Suggest(name, slices.Sorted(maps.Keys(entries))))
		return
	}
	if model := entry.options().Model; model != nil && !slices.Contains(model.Pins, number) {
		d.error(at, "the %s has no pin %s; %s", model.Name, number, schema.Suggest(number, model.Pins))
	}
}

// parent returns the path without its last option.
func parent(path string) string { return path[:max(0, strings.LastIndexByte(path, '.'))] }
