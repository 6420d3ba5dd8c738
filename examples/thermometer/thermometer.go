// Package thermometer is a plugin for ptvd that reads a DS18B20 on the 1-Wire bus,
// and a page that shows it on a panel: an example of a topic that others
// understand, and of a page, in a module of its own.
package thermometer

import (
	"context"
	"fmt"
	"image"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
)

// Config is what people write under the instance's name.
type Config struct {
	Sensor string        `yaml:"sensor" doc:"the sensor's number on the 1-Wire bus, such as 28-0316a2795fff" required:"true"`
	Every  time.Duration `yaml:"every" doc:"how often it is read" min:"1s" max:"1h"`
}

var temperature = plugins.NewTopic[topics.Reading]("temperature", "what the sensor reads", plugins.State(10*time.Minute))

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name: "thermometer", Doc: "reads a DS18B20 on the 1-Wire bus",
		Defaults: Config{Every: time.Minute},
		Topics:   plugins.Topics(temperature),
		New:      New,
	})
	plugins.AddMember[panel.PageConfig]("degrees", "a temperature; -- while there is none", Page{})
}

// bus is where Linux shows the sensors. A test is in its place.
var bus fs.FS = os.DirFS("/sys/bus/w1/devices")

type thermometer struct {
	env plugins.Env
	cfg Config
}

// New makes an instance. It is pure: the sensor is read by a task.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) { return &thermometer{env, cfg}, nil }

// Start starts the one task.
func (h *thermometer) Start(*plugins.Task) error {
	h.env.Go("read", h.read)
	return nil
}

// Stop has nothing to leave behind.
func (h *thermometer) Stop(*plugins.Task) error { return nil }

// read reads the sensor in every period. A conversion takes 750 ms in the kernel, so
// it is awaited.
func (h *thermometer) read(t *plugins.Task) error {
	for range t.Every(h.cfg.Every) {
		millidegrees, err := plugins.Await(t, func(context.Context) (int, error) {
			text, err := fs.ReadFile(bus, h.cfg.Sensor+"/temperature")
			if err != nil {
				return 0, err
			}
			return strconv.Atoi(strings.TrimSpace(string(text)))
		})
		if err != nil {
			h.env.Health.Degraded("sensor %s: %v", h.cfg.Sensor, err)
			continue
		}
		h.env.Health.OK()
		temperature.Set(h.env, topics.Reading{Value: float64(millidegrees) / 1000, Unit: "°C"})
	}
	return nil
}

// Page is the page {degrees: INSTANCE}.
type Page struct {
	From plugins.From[topics.Reading] `yaml:"from" doc:"the instance that publishes the reading" required:"true" short:"true"`
}

// NewPage makes the page.
func (p *Page) NewPage(env plugins.Env) panel.Page {
	source := plugins.Subscribe(env, p.From)
	return panel.Page{Version: source.Version, Draw: func(on *image.Gray, m *panel.Moment) {
		text := "--"
		if reading, ok := source.Get(); ok {
			text = fmt.Sprintf("%.1f %s", reading.Value, reading.Unit)
		}
		m.TrueUntil(m.UntilMono(source.Expires()))
		panel.Text(on, text, m)
	}}
}
