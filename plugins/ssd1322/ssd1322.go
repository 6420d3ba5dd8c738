package ssd1322

import (
	"image"
	"math"
	"time"

	"periph.io/x/conn/v3/physic"

	"ptvd/plugins"
	"ptvd/plugins/panel"
)

func init() {
	plugins.AddMember[panel.DeviceConfig]("ssd1322", "an OLED display with an SSD1322, 256×64 pixels of 16 greys, on SPI with a D/C line",
		Config{Hz: int(DefaultOpts.Frequency / physic.Hertz)})
}

// Config is the options of the device.
type Config struct {
	SPI        plugins.SPIPort `yaml:"spi" doc:"the SPI port that it is connected to, as 4-wire SPI" required:"true"`
	DC         plugins.Pin     `yaml:"dc" doc:"the GPIO line that is connected to D/C" required:"true"`
	Reset      plugins.Pin     `yaml:"reset" doc:"the GPIO line that is connected to RES; without one the module resets itself at power-up"`
	Hz         int             `yaml:"hz" doc:"the clock of the SPI port, in Hz; a lower one helps with long wires" min:"100000" max:"10000000"`
	UpsideDown bool            `yaml:"upside_down" doc:"the display is mounted upside down"`
}

func (c *Config) terminals() panel.Terminals {
	return panel.Terminals{SPI: c.SPI, DC: c.DC, Reset: c.Reset}
}

// Size returns the size of the display.
func (c *Config) Size() image.Point { return image.Pt(Width, Height) }

// Levels returns the levels of a pixel.
func (c *Config) Levels() int { return 16 }

// Parts returns the SPI port and the lines.
func (c *Config) Parts() []string { return c.terminals().Parts() }

// RefreshEvery returns a minute: SPI does not tell that a display has lost its power.
func (c *Config) RefreshEvery() time.Duration { return time.Minute }

// Open opens the parts and sets up the display.
func (c *Config) Open(t *plugins.Task, env plugins.Env) (panel.Device, error) {
	return c.terminals().Open(t, env, &driver{opts: Opts{physic.Frequency(c.Hz) * physic.Hertz, c.UpsideDown}})
}

// driver is Dev as a device has it.
type driver struct {
	*Dev
	opts Opts
}

func (d *driver) SetUp(l *panel.Link) error {
	dev, err := New(l.Port, l.DC, &d.opts)
	if err == nil { // else the one before, if there is one, can still switch the display off
		d.Dev = dev
	}
	return err
}

func (d *driver) Dim(brightness float64) error {
	return d.SetCurrent(int(math.Round(brightness * MaxCurrent)))
}

func (d *driver) Draw(picture *image.Gray) error {
	return d.Dev.Draw(d.Bounds(), picture, image.Point{})
}
