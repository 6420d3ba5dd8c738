package display

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// Config is what people write of a panel.
type Config struct {
	Every      time.Duration    `yaml:"every" doc:"how often the picture is drawn; a text that scrolls moves by a pixel each time" min:"20ms" max:"1s"`
	Device     Device           `yaml:"device" doc:"what the panel is made of" required:"true"`
	Pages      []Page           `yaml:"pages" doc:"what it shows, in turn" required:"true"`
	Turn       time.Duration    `yaml:"turn" doc:"how long a page stays up; 0s: until an action turns it" min:"0s" max:"1h"`
	Brightness plugins.Percent  `yaml:"brightness" doc:"how bright the LEDs are; at 0% they still glow"`
	Dim        []Dim            `yaml:"dim" doc:"times of day with a brightness of their own; of two that overlap the later one in the list counts"`
	Blank      []plugins.Window `yaml:"blank" doc:"times of day at which the panel is dark"`
	Wake       time.Duration    `yaml:"wake" doc:"how long an action lights a dark panel" min:"1s" max:"1h"`
	Test       bool             `yaml:"test" doc:"show the test pattern: 1 2 3 4 from left to right, upright, once orientation, reverse and upside_down are right"`
}

// Device is one of the panels that there are.
type Device struct {
	plugins.OneOf
	MAX7219 MAX7219 `yaml:"max7219" doc:"modules of 8×8 LEDs in a row, each with a MAX7219"`
}

// MAX7219 is a chain of modules.
type MAX7219 struct {
	SPI         plugins.SPIPort `yaml:"spi" doc:"the port that the chain hangs on" required:"true"`
	Hz          int             `yaml:"hz" doc:"the clock of the SPI port, in Hz; slower helps long wires" min:"10000" max:"10000000"`
	Width       int             `yaml:"width" doc:"the panel's width in LEDs: 8 for each module" min:"16" max:"256"`
	Orientation int             `yaml:"orientation" doc:"how far each module is turned clockwise, in degrees, as block_orientation of luma.led_matrix: FC-16 boards mostly have -90; the test pattern tells" oneof:"0 90 -90 180"`
	Reverse     bool            `yaml:"reverse" doc:"the data enter at the right end of the chain, not at the left"`
	UpsideDown  bool            `yaml:"upside_down" doc:"the panel as a whole hangs upside down"`
}

// Page is one of the pages that there are.
type Page struct {
	plugins.OneOf
	Minutes    *Minutes    `yaml:"minutes" doc:"the minutes to the next departures, large: two of them on 32 LEDs; or No more (nothing else leaves), Missed (what still does leaves within the walk) or Later (what leaves next is not known yet)"`
	Departures *Departures `yaml:"departures" doc:"one departure after the other: destination, platform and minutes; No more, Missed and Later as on minutes"`
	Clock      *Clock      `yaml:"clock" doc:"the time"`
	Message    *Message    `yaml:"message" doc:"a text"`
}

// Minutes is a page.
type Minutes struct {
	From plugins.From[topics.Departures] `yaml:"from" doc:"the instance that knows the departures" required:"true" short:"true"`
}

// Departures is a page.
type Departures struct {
	From        plugins.From[topics.Departures] `yaml:"from" doc:"the instance that knows the departures" required:"true" short:"true"`
	Rows        int                             `yaml:"rows" doc:"how many departures take turns; 2 if not given" min:"1" max:"4"`
	Disruptions bool                            `yaml:"disruptions" doc:"show what disturbs them, too"`
}

// Clock is a page.
type Clock struct {
	Hours string `yaml:"hours" doc:"whether the day has 24 hours or twice 12; 24 if not given" oneof:"24 12" short:"true"`
}

// Message is a page.
type Message struct {
	Text string `yaml:"text" doc:"what it says" required:"true" short:"true"`
}

// Dim is a time of day with a brightness of its own.
type Dim struct {
	During     plugins.Window  `yaml:"during" doc:"the time of day" required:"true"`
	Brightness plugins.Percent `yaml:"brightness" doc:"how bright the LEDs are then" required:"true"`
}

// Validate refuses what the tags cannot.
func (c Config) Validate() error {
	if len(c.Pages) == 0 {
		return plugins.Fault("pages", "there is no page; write one, such as [clock]")
	}
	return nil
}

// Validate refuses part of a module.
func (m MAX7219) Validate() error {
	if m.Width%8 != 0 {
		return plugins.Fault("width", "%d is not a multiple of 8, the width of a module; write %d", m.Width, (m.Width+7)/8*8)
	}
	return nil
}

// maxMessage bounds a message, in characters.
const maxMessage = 500

// Validate refuses a message that nobody could read.
func (m Message) Validate() error {
	if n := utf8.RuneCountInString(strings.TrimSpace(m.Text)); n == 0 || n > maxMessage {
		return plugins.Fault("text", "a message has 1 to %d characters; this one has %d", maxMessage, n)
	}
	return nil
}

// HasAction refuses to turn to a page that there is not.
func (c Config) HasAction(name string) error {
	for _, page := range c.Pages {
		if page.name() == name {
			return nil
		}
	}
	switch name {
	case minutesPage, departuresPage:
		return errors.New("there is no such page; add {" + name + ": …} to pages")
	case clockPage, messagePage:
		return errors.New("there is no such page; add " + name + " to pages")
	}
	return nil
}
