// Command tided is ptvd with a plugin whose topics nothing else knows. A test builds it in
// a module of its own.
package main

import (
	"errors"
	"strconv"

	"ptvd"
	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// Gauge is a state.
type Gauge struct {
	Height float64 `json:"height_m"`
	Rising bool    `json:"rising"`
}

// Figures returns the height for /metrics.
func (g Gauge) Figures(topics.Moment) map[string]float64 {
	return map[string]float64{"tide_height_metres": g.Height}
}

// Turn is an event.
type Turn struct {
	To string `json:"to"`
}

var (
	gauge = plugins.NewTopic[Gauge]("gauge", "the height of the tide", plugins.State(0))
	turn  = plugins.NewTopic[Turn]("turn", "the tide turns", plugins.Events())
	water = plugins.NewTopic[topics.Reading]("water", "the temperature of the water", plugins.State(0))

	ebb   = plugins.NewAction("ebb", "turns the tide")
	raise = plugins.NewAction("raise", "sets the height", plugins.Arg("a height in metres", checkHeight))
)

func checkHeight(arg string) error {
	if _, err := strconv.ParseFloat(arg, 64); err != nil {
		return errors.New("not a number of metres")
	}
	return nil
}

type tide struct{ env plugins.Env }

func init() {
	plugins.Register(plugins.Spec[struct{}]{
		Name: "tide", Doc: "watches the tide",
		Topics:  plugins.Topics(gauge, turn, water),
		Actions: plugins.Actions(ebb, raise),
		New:     func(env plugins.Env, _ struct{}) (plugins.Plugin, error) { return tide{env}, nil },
	})
}

func (d tide) Start(*plugins.Task) error {
	ebb.Handle(d.env, func(string) error {
		turn.Set(d.env, Turn{"low"})
		gauge.Set(d.env, Gauge{1.25, false})
		d.env.Meter.Count("turns_total", 1)
		return nil
	})
	raise.Handle(d.env, func(arg string) error {
		height, _ := strconv.ParseFloat(arg, 64)
		gauge.Set(d.env, Gauge{height, true})
		return nil
	})
	gauge.Set(d.env, Gauge{1.25, true})
	water.Set(d.env, topics.Reading{Value: 11.8, Unit: "°C"})
	return nil
}

func (tide) Stop(*plugins.Task) error { return nil }

func main() { ptvd.Main() }
