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

// expanderEntry is an I/O expander in the file: a model, with its options.
type expanderEntry = plugins.Choice[expanderModel]

type expanderModel interface{ connection() expanderOnBus }

// expanderOnBus is the options of every model.
type expanderOnBus struct {
	I2C     plugins.I2CBus     `yaml:"i2c" doc:"the bus that it is connected to" required:"true"`
	Address plugins.I2CAddress `yaml:"address" doc:"its address on the bus" required:"true"`
	Poll    time.Duration      `yaml:"poll" doc:"how often inputs are read, since it reports no edges" min:"1ms" max:"1s"`
}

func (o *expanderOnBus) connection() expanderOnBus { return *o }

func init() {
	for _, m := range expander.Models {
		plugins.AddMember[expanderModel](m.Name, m.Description, expanderOnBus{Poll: 20 * time.Millisecond})
	}
}

func expanderOptions(entries map[string]expanderEntry) map[string]expander.Options {
	all := map[string]expander.Options{}
	for name, e := range entries {
		all[name] = expander.Options{}
		for _, m := range expander.Models { // none fits what was refused
			if m.Name == e.Name && e.Value != nil {
				o := e.Value.connection()
				all[name] = expander.Options{Model: m, Bus: string(o.I2C), Address: uint16(o.Address), Poll: o.Poll}
			}
		}
	}
	return all
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
