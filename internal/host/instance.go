// Package host is the daemon's side of the contract of package plugins: the
// registry of plugins, what one instance is made of, and the bus on which
// instances publish topics and call actions.
//
// Package plugins is written on top of it and shows authors only what they need.
// The daemon, the configuration and the page use this package, and know no plugin
// by name.
package host

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"reflect"
	"strings"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
	"ptvd/internal/wallclock"
	"ptvd/plugins/topics"
)

// Instance is what one run of an instance is given. The daemon fills it in;
// package plugins shows it to the plugin as plugins.Env.
type Instance struct {
	Name       string
	Definition Definition
	Log        *slog.Logger
	Loop       *scheduler.Loop
	Clock      *wallclock.Clock
	Board      *gpio.Board
	Health     *Health
	Meter      *Meter
	Storage    Storage
	Net        Network
	Bus        *Bus

	// Removed says that the configuration does not have the instance any more, so that its
	// next stop is the last.
	Removed bool

	// Tasks are the instance's tasks while it runs.
	Tasks *scheduler.Group

	slots []*Slot // of its topics, which are looked up once
}

// Slot returns a topic of the instance.
func (i *Instance) Slot(topic string) *Slot {
	for _, s := range i.slots {
		if s.topic.Name == topic {
			return s
		}
	}
	s := i.Bus.Slot(i.Name, topic)
	i.slots = append(i.slots, s)
	return s
}

// Moment returns the present moment.
func Moment(clock *wallclock.Clock, loop *scheduler.Loop) topics.Moment {
	return topics.Moment{Now: clock.Now(), Synchronized: clock.Synchronized(), Mono: loop.Now()}
}

// Network is how an instance reaches other machines. A test can replace it.
type Network struct {
	HTTP http.RoundTripper
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	Agent string // the program and its version, for servers that want to know
	Page  string // the address that the web page is served on, such as 0.0.0.0:8337; empty: none is
}

// Publish publishes a value of a topic that the instance declares. One that it
// does not declare, by this name and with this type, is a mistake of the plugin's
// author and panics.
func (i *Instance) Publish(topic string, value any, of reflect.Type) {
	slot := i.Slot(topic)
	if !slot.declared || slot.topic.Type != of {
		var there []string
		for s := range i.Bus.Topics() {
			if s.Instance == i.Name {
				there = append(there, fmt.Sprintf("%q of %v", s.topic.Name, s.topic.Type))
			}
		}
		panic(fmt.Sprintf("plugins: %s (%s) publishes topic %q of %v; its Spec lists %s",
			i.Name, i.Definition.Name, topic, of, cmp.Or(strings.Join(there, ", "), "none")))
	}
	i.Bus.publish(slot, value)
}

// Handle gives an action of the instance its meaning. One that the instance does
// not declare panics.
func (i *Instance) Handle(action string, do func(arg string) error) {
	var there []string
	for _, a := range i.Definition.Actions {
		if a.Name == action {
			called := name{i.Name, action}
			i.Bus.handlers[called] = &handler{do, a, called.String(), "action " + action}
			return
		}
		there = append(there, fmt.Sprintf("%q", a.Name))
	}
	panic(fmt.Sprintf("plugins: %s (%s) handles action %q; its Spec lists %s", i.Name, i.Definition.Name, action, cmp.Or(strings.Join(there, ", "), "none")))
}

// NewEnv makes the plugins.Env of an instance. Package plugins sets it, since only
// it knows the type; tests of plugins use it.
var NewEnv func(*Instance) any

// Meter holds an instance's figures, for the report at the end and for /metrics.
// They are kept over a restart of the instance. Names are in the style of
// Prometheus: fetches_failed_total, offset_seconds.
type Meter struct {
	values map[string]float64
	help   map[string]string
}

// NewMeter returns an empty one.
func NewMeter() *Meter { return &Meter{values: map[string]float64{}, help: map[string]string{}} }

// Describe says what a figure is, in one line.
func (m *Meter) Describe(name, help string) { m.help[name] = help }

// Help returns what the plugin says about a figure.
func (m *Meter) Help(name string) string { return m.help[name] }

// Count adds to a figure that only grows.
func (m *Meter) Count(name string, n float64) { m.values[name] += n }

// Set sets a figure that goes up and down.
func (m *Meter) Set(name string, value float64) { m.values[name] = value }

// All returns every figure by name.
func (m *Meter) All() map[string]float64 { return m.values }
