package config_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"ptvd/internal/host"
	"ptvd/plugins"
)

// The plugins of these tests: between them every form that an option can have.

type trainsConfig struct {
	Every  time.Duration  `yaml:"every" doc:"how often to ask" min:"10s" max:"1h"`
	Stop   int            `yaml:"stop" doc:"the number of the stop" min:"1" required:"true"`
	Routes []int          `yaml:"routes" doc:"only these routes"`
	Mode   string         `yaml:"mode" doc:"what runs there" oneof:"train tram bus"`
	Walk   time.Duration  `yaml:"walk" doc:"from the door to the platform" max:"1h"`
	Base   string         `yaml:"base_url" doc:"where to ask"`
	ID     plugins.Secret `yaml:"id" doc:"the developer id"`
	Key    plugins.Secret `yaml:"key" doc:"the signing key"`
}

func (c trainsConfig) Validate() error {
	if c.ID.Given() != c.Key.Given() {
		return plugins.OptionErrorf("id", "an id and a key are given together or not at all")
	}
	return nil
}

type panelConfig struct {
	Device     device                  `yaml:"device" doc:"the panel" required:"true"`
	Pages      []page                  `yaml:"pages" doc:"what it shows, in turn" required:"true"`
	Brightness plugins.Percent         `yaml:"brightness" doc:"how bright it is" min:"1%"`
	Night      plugins.Window          `yaml:"night" doc:"when it is dark"`
	Names      map[string]string       `yaml:"names" doc:"short names for destinations"`
	Flip       bool                    `yaml:"flip" doc:"upside down"`
	Gamma      float64                 `yaml:"gamma" doc:"the exponent" min:"1" max:"3"`
	Wake       plugins.TimeOfDay       `yaml:"wake" doc:"when it wakes"`
	Weather    plugins.From[float64]   `yaml:"weather" doc:"where the temperature comes from"`
	Feeds      map[string]from[string] `yaml:"feeds" doc:"tickers by name"`
}

type from[T any] struct {
	Source plugins.From[T] `yaml:"source" doc:"who publishes it" required:"true" short:"true"`
	Speed  int8            `yaml:"speed" doc:"columns a second" min:"1"`
}

func (c panelConfig) Validate() error {
	var errs []error
	for i, p := range c.Pages {
		if message, ok := p.Value.(*messagePage); ok && message.Text == "" {
			errs = append(errs, plugins.OptionErrorf(fmt.Sprintf("pages[%d].message.text", i), "a message without a text shows nothing"))
		}
	}
	return errors.Join(errs...)
}

func (c panelConfig) CheckAction(name, _ string) error {
	for _, p := range c.Pages {
		if name != "clock" || p.Name == "clock" {
			return nil
		}
	}
	return errors.New("it has no page clock")
}

type (
	device      = plugins.Choice[panelDevice]
	page        = plugins.Choice[panelPage]
	panelDevice interface{ isDevice() }
	panelPage   interface{ isPage() }
)

type nullDevice struct {
	Width int `yaml:"width" doc:"columns"`
}

func (*max7219) isDevice()      {}
func (*nullDevice) isDevice()   {}
func (*departuresPage) isPage() {}
func (*clockPage) isPage()      {}
func (*messagePage) isPage()    {}

type max7219 struct {
	SPI         plugins.SPIPort `yaml:"spi" doc:"the port" required:"true"`
	Width       uint8           `yaml:"width" doc:"columns"`
	Orientation int             `yaml:"orientation" doc:"degrees" oneof:"0 90 180 270"`
}

func (m *max7219) Validate() error {
	if m.Width%8 != 0 {
		return plugins.OptionErrorf("width", "%d is not a multiple of 8", m.Width)
	}
	return nil
}

type departuresPage struct {
	Source plugins.From[[]string] `yaml:"source" doc:"who publishes them" required:"true" short:"true"`
	Lines  int                    `yaml:"lines" doc:"how many"`
}

type clockPage struct {
	Seconds bool `yaml:"seconds" doc:"with seconds"`
}

type messagePage struct {
	Text string `yaml:"text" doc:"what it says" short:"true"`
}

type bellConfig struct {
	Pin      plugins.Pin       `yaml:"pin" doc:"the line" required:"true"`
	Debounce time.Duration     `yaml:"debounce" doc:"how long contacts bounce" max:"100ms"`
	OnPress  plugins.ActionRef `yaml:"on_press" doc:"called when it goes down"`
	OnLong   plugins.ActionRef `yaml:"on_long" doc:"called after a while"`
}

type lampConfig struct {
	Encoder encoder             `yaml:"encoder" doc:"the knob"`
	Output  []plugins.PWMOutput `yaml:"output" doc:"what glows" required:"true"`
}

type encoder struct {
	A plugins.Pin `yaml:"a" doc:"the one channel" required:"true"`
	B plugins.Pin `yaml:"b" doc:"the other channel" required:"true"`
}

type leverConfig struct {
	Platforms []word   `yaml:"platforms" doc:"where trains stand"`
	Output    word     `yaml:"output" doc:"how a level becomes light"`
	Hours     string   `yaml:"hours" doc:"of a day" oneof:"24 12"`
	AtStop    string   `yaml:"at_stop" doc:"what it does" oneof:"off keep"`
	Names     []string `yaml:"names" doc:"what it is called"`

	Numbers plugins.From[int] `yaml:"numbers" doc:"where numbers come from"`
}

func (c leverConfig) Validate() error {
	if c.AtStop == "keep" {
		return plugins.OptionWarningf("at_stop", "keep is the default; remove it")
	}
	return nil
}

type gaugeConfig struct {
	Bus     plugins.I2CBus     `yaml:"bus" doc:"the bus" required:"true"`
	Address plugins.I2CAddress `yaml:"address" doc:"the address"`
	Port    plugins.UARTPort   `yaml:"port" doc:"the serial port"`
}

// word is a text of its author's making.
type word string

func (w *word) UnmarshalText(text []byte) error {
	*w = word(text)
	return nil
}

type tickerConfig struct {
	Extra []string `yaml:"extra" doc:"further topics"`
}

func (c tickerConfig) Topics() plugins.TopicList {
	var list plugins.TopicList
	for _, name := range c.Extra {
		list = append(list, plugins.Topics(plugins.NewTopic[int](name, "a number", plugins.State(0)))...)
	}
	return list
}

func never[C any](plugins.Env, C) (plugins.Plugin, error) { return nil, errors.New("not in this test") }

func init() {
	plugins.Register(plugins.Spec[trainsConfig]{
		Name: "trains", Doc: "asks when trains leave",
		Defaults: trainsConfig{Every: 30 * time.Second, Mode: "train"},
		Topics:   plugins.Topics(plugins.NewTopic[[]string]("departures", "the next trains", plugins.State(0))),
		New:      never[trainsConfig],
	})
	plugins.AddMember[panelDevice]("max7219", "a chain of matrices", max7219{})
	plugins.AddMember[panelDevice]("null_device", "none at all", nullDevice{})
	plugins.AddMember[panelPage]("departures", "the next trains", departuresPage{})
	plugins.AddMember[panelPage]("clock", "the time", clockPage{})
	plugins.AddMember[panelPage]("message", "a text", messagePage{})
	plugins.Register(plugins.Spec[panelConfig]{
		Name: "panel", Doc: "shows pages",
		Defaults: panelConfig{Brightness: 0.5, Gamma: 2.2, Pages: []page{{Name: "clock", Value: &clockPage{Seconds: true}}}},
		Actions: []host.Action{
			{Name: "next", Doc: "turns the page"},
			{Name: "clock", Doc: "shows the clock"},
			{Name: "say", Doc: "shows a text", Arg: "a text"},
		},
		New: never[panelConfig],
	})
	plugins.Register(plugins.Spec[bellConfig]{
		Name: "bell", Doc: "hears a button", Defaults: bellConfig{Debounce: 20 * time.Millisecond}, New: never[bellConfig],
		Actions: plugins.Actions(plugins.NewAction("press", "presses it", plugins.CallsOptions("on_press"))),
	})
	plugins.Register(plugins.Spec[lampConfig]{
		Name: "lamp", Doc: "fades a lamp",
		Actions: []host.Action{
			{Name: "toggle", Doc: "turns it on or off"},
			{Name: "set", Doc: "fades to a level", Arg: "a level such as 40%", Test: func(arg string) error {
				return new(plugins.Percent).UnmarshalText([]byte(arg))
			}},
		},
		New: never[lampConfig],
	})
	plugins.Register(plugins.Spec[leverConfig]{
		Name: "lever", Doc: "sets a signal", Defaults: leverConfig{Output: "2.8", Names: []string{"7", "x"}}, New: never[leverConfig],
	})
	plugins.Register(plugins.Spec[gaugeConfig]{
		Name: "gauge", Doc: "measures", Defaults: gaugeConfig{Address: 0x48}, New: never[gaugeConfig],
	})
	plugins.Register(plugins.Spec[tickerConfig]{
		Name: "ticker", Doc: "publishes news",
		Topics: plugins.Topics(
			plugins.NewTopic[string]("headline", "one line", plugins.State(0)),
			plugins.NewTopic[string]("story", "many lines", plugins.State(0)),
			plugins.NewTopic[float64]("temperature", "degrees", plugins.State(0)),
		),
		New: func(plugins.Env, tickerConfig) (plugins.Plugin, error) { return nil, nil },
	})
}

// lines makes a text of lines.
func lines(line ...string) string { return strings.Join(line, "\n") + "\n" }
