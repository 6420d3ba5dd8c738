// Package sensor publishes what a driver of the kernel measures: a DS18B20, BME280, BH1750,
// and whatever else the classes hwmon and iio have.
package sensor

import (
	"errors"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// Config is the configuration of a sensor.
type Config struct {
	Device  string        `yaml:"device" doc:"the sensor, as ptvd pins lists it: by its name, such as bme280, or its place on the bus, such as 1-0076 or 28-0316a2795fff" required:"true"`
	Channel string        `yaml:"channel" doc:"what it measures, as ptvd pins lists it, such as temp or illuminance" required:"true"`
	Every   time.Duration `yaml:"every" doc:"how often it measures; a value that is three times as old is not shown any more" min:"1s" max:"1h"`
}

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name:     "sensor",
		Doc:      "measures by a sensor that the kernel has a driver for",
		Defaults: Config{Every: 30 * time.Second},
		New:      New,
	})
}

// reading is the topic, whose values hold while one measurement in a row is lost.
func (c Config) reading() *plugins.Topic[topics.Reading] {
	return plugins.NewTopic[topics.Reading]("reading", "what the sensor measures", plugins.State(3*c.Every))
}

// Topics returns the topic of the instance.
func (c Config) Topics() plugins.TopicList { return plugins.Topics(c.reading()) }

// New returns a sensor that does not measure yet.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	return &sensor{env: env, cfg: cfg, reading: cfg.reading()}, nil
}

type sensor struct {
	env     plugins.Env
	cfg     Config
	reading *plugins.Topic[topics.Reading]
	turns   plugins.Turns // of calls of the driver, one of which may hang
}

// Start begins to measure. A sensor that is not there is no error of Start.
func (s *sensor) Start(*plugins.Task) error {
	s.env.Go("measure", s.measure)
	return nil
}

// Stop does nothing.
func (s *sensor) Stop(*plugins.Task) error { return nil }

// measure measures in every period. A sensor that is lost may come back.
func (s *sensor) measure(t *plugins.Task) error {
	for range t.Every(s.cfg.Every) {
		m, err := s.read(t)
		switch {
		case errors.Is(err, plugins.ErrCancelled):
			return err
		case errors.Is(err, plugins.ErrTimeout):
			s.env.Health.Degraded("sensor %s: no answer within %v; check its wires", s.cfg.Device, readTimeout)
		case err != nil:
			s.env.Health.Degraded("sensor not read: %v", err)
		default:
			s.env.Health.OK()
			s.reading.Set(s.env, topics.Reading{Value: m.Value, Unit: m.Unit})
		}
	}
	return nil
}

// readTimeout is more than the slowest sensors need, which is about a second.
const readTimeout = 5 * time.Second

func (s *sensor) read(t *plugins.Task) (plugins.Measurement, error) {
	var m plugins.Measurement
	err := t.Timeout(readTimeout, func() error {
		return s.turns.Do(t, func() (err error) {
			m, err = s.env.Board.ReadSensor(s.cfg.Device, s.cfg.Channel)
			return err
		})
	})
	if err != nil { // the call may still be running
		return plugins.Measurement{}, err
	}
	return m, nil
}

// HardwareTests has one test, which prints what is measured.
func (s *sensor) HardwareTests() []plugins.HardwareTest {
	return []plugins.HardwareTest{{Run: s.testHardware}}
}

func (s *sensor) testHardware(t *plugins.Task, report plugins.Reporter) error {
	var last plugins.Measurement
	for tick := range t.Every(time.Second) {
		m, err := s.read(t)
		if err != nil {
			return err
		}
		if tick.N == 1 || m != last {
			report.Info("%s measures %g %s", s.cfg.Channel, m.Value, m.Unit)
		}
		last = m
	}
	return nil
}
