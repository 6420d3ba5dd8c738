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
	link, err := c.terminals().Open(t, env)
	if err != nil {
		return nil, err
	}
	d := &device{Link: link, opts: Opts{physic.Frequency(c.Hz) * physic.Hertz, c.UpsideDown}}
	if err := link.SetUp(t, d.setUp); err != nil {
		return nil, err
	}
	return d, nil
}

type device struct {
	*panel.Link
	opts  Opts
	dev   *Dev
	level int // of the current; -1: unknown
}

func (d *device) setUp() (err error) {
	d.level = -1
	d.dev, err = New(d.Port, d.DC, &d.opts)
	return err
}

// Show sends the columns and rows that differ.
func (d *device) Show(f panel.Frame) (sent int, err error) {
	before := d.Sent
	if level := int(math.Round(f.Brightness * MaxCurrent)); level != d.level {
		if err := d.dev.SetCurrent(level); err != nil {
			return 0, err
		}
		d.level = level
	}
	err = d.dev.Draw(d.dev.Bounds(), f.Picture, image.Point{})
	return d.Sent - before, err
}

// Resend sets up the display again and sends the whole picture.
func (d *device) Resend(f panel.Frame) (sent int, err error) {
	before := d.Sent
	if err := d.setUp(); err != nil {
		return 0, err
	}
	_, err = d.Show(f)
	return d.Sent - before, err
}

// Blank switches the display off.
func (d *device) Blank() error { return d.dev.Halt() }
