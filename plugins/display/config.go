package display

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ptvd/internal/schema"
	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
)

// Config is the options of a display.
type Config struct {
	Every      time.Duration                      `yaml:"every" doc:"how often the display looks whether the picture is still right, while nothing scrolls" min:"20ms" max:"1s"`
	Scroll     int                                `yaml:"scroll" doc:"how fast long texts scroll, in pixels a second" min:"1" max:"60"`
	Device     plugins.Choice[panel.DeviceConfig] `yaml:"device" doc:"the panel" required:"true"`
	Pages      []PageEntry                        `yaml:"pages" doc:"what it shows, in turn" required:"true"`
	Font       string                             `yaml:"font" doc:"a font for a panel of more than 16 rows in place of the built-in ones: the path of a BDF file, of 4 MiB at most, such as /etc/ptvd/my-8x16.bdf"`
	Turn       time.Duration                      `yaml:"turn" doc:"how long a page is shown at least: its text and its rows are shown to their end; 0s: until an action changes it" min:"0s" max:"1h"`
	Brightness plugins.Percent                    `yaml:"brightness" doc:"how bright the LEDs are; at 0% they still glow"`
	Follow     Follow                             `yaml:"follow" doc:"a sensor by which the brightness follows the light of the room: from least in the dark to what brightness, or dim, says"`
	Dim        []Dim                              `yaml:"dim" doc:"times of day with another brightness; where two overlap the later one in the list counts"`
	Blank      []plugins.Window                   `yaml:"blank" doc:"times of day at which the panel is blank"`
	Wake       time.Duration                      `yaml:"wake" doc:"how long an action wakes a blank panel" min:"1s" max:"1h"`
	Messages   Messages                           `yaml:"messages" doc:"how messages are shown that the action show brings"`
	Test       bool                               `yaml:"test" doc:"show the test pattern, which is upright once the options of the device are right: F 2 3 4 from left to right, or on a display with more than 16 rows a frame, an F and a bar of greys"`
}

// PageEntry is a page in the list.
type PageEntry struct {
	plugins.Choice[panel.PageConfig]
	Name string `yaml:"name" doc:"the name by which the action page finds it; without one it is the word for the page, such as clock"`
}

// Messages is what holds for a message that does not say otherwise.
type Messages struct {
	For    time.Duration `yaml:"for" doc:"how long a message is shown, at least until its text was shown to its end" min:"1s" max:"1h"`
	Expire time.Duration `yaml:"expire" doc:"the age at which a message is dropped, even if it was not shown; 0s: never" min:"0s" max:"168h"`
}

// Dim is a time of day with another brightness.
type Dim struct {
	During     plugins.Window  `yaml:"during" doc:"the time of day" required:"true"`
	Brightness plugins.Percent `yaml:"brightness" doc:"how bright the LEDs are then" required:"true"`
}

// Validate refuses what the tags cannot.
func (c Config) Validate() error {
	if len(c.Pages) == 0 {
		return plugins.OptionErrorf("pages", "the list is empty; write a page, such as [clock]")
	}
	return c.checkFont()
}

// CheckAction refuses an action for a page that is not in the list.
func (c Config) CheckAction(name, arg string) error {
	names := c.pageNames()
	switch {
	case name == "page" && !slices.Contains(names, arg):
		return fmt.Errorf("no page is named %s; %s", schema.Quote(arg), schema.Suggest(arg, names))
	case slices.ContainsFunc(pageActions, func(a *plugins.Action) bool { return a.Name() == name }) &&
		!slices.ContainsFunc(c.Pages, func(p PageEntry) bool { return p.Choice.Name == name }):
		return fmt.Errorf("pages has no %s; add one", name)
	}
	return nil
}

// pageNames lists the names of the pages, each once.
func (c Config) pageNames() (names []string) {
	for _, p := range c.Pages {
		if !slices.Contains(names, p.name()) {
			names = append(names, p.name())
		}
	}
	return names
}

// step returns the time in which a scrolling text moves by one pixel.
func (c Config) step() time.Duration { return time.Second / time.Duration(c.Scroll) }

func (p PageEntry) name() string { return cmp.Or(p.Name, p.Choice.Name) }

// readFont reads the owner's font.
func readFont(path string) (*font.Face, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	face, err := font.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return face, nil
}

// checkFont refuses a file that is not a font, and warns of one that is not there, as on
// another machine than the board, and of texts of the pages that the font lacks.
func (c Config) checkFont() error {
	var errs []error
	face := font.Text
	if c.Font != "" {
		if !filepath.IsAbs(c.Font) {
			return plugins.OptionErrorf("font", "the path of the file is not absolute; begin it with /")
		}
		owned, err := readFont(c.Font)
		device := c.Device.Value
		switch {
		case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission):
			errs = append(errs, plugins.OptionWarningf("font", "%w; until it can be read the built-in font is used", err))
		case err != nil:
			return plugins.OptionErrorf("font", "%w; write the path of a font in BDF", err)
		case device != nil && panel.High(device.Size().Y):
			face = owned
		}
	}
	for i, page := range c.Pages {
		texter, ok := page.Value.(panel.Texter)
		if !ok {
			continue
		}
		texts := texter.Texts()
		for _, option := range slices.Sorted(maps.Keys(texts)) {
			if lacks := face.Lacks(texts[option]); lacks != "" {
				errs = append(errs, plugins.OptionWarningf(fmt.Sprintf("pages[%d].%s.%s", i, page.Choice.Name, option),
					"the font of the panel has no %s, which is shown as □; write it in Latin letters", schema.Join(strings.Split(lacks, ""), "and")))
			}
		}
	}
	return errors.Join(errs...)
}
