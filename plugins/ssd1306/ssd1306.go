// Package ssd1306 is panel devices: small OLED displays of one colour, with an SSD1306 by
// the driver of periph.io, or with an SH1106 or SH1107 by a driver of this package.
package ssd1306

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"math"
	"strings"
	"time"

	"periph.io/x/devices/v3/ssd1306"

	"ptvd/plugins"
	"ptvd/plugins/panel"
)

// controller is the sizes of the displays that have it, in pixels as it counts them, and
// its driver.
type controller struct {
	sizes     []image.Point
	newDriver func(l *panel.Link, size image.Point) (driver, error)
}

var controllers = map[string]controller{
	"ssd1306": {[]image.Point{{128, 64}, {128, 32}}, newSSD1306},
	"sh1106":  {[]image.Point{{128, 64}}, newSH1106},
	"sh1107":  {[]image.Point{{128, 128}, {64, 128}}, newSH1107},
}

// driver is the part of periph's ssd1306.Dev that is used.
type driver interface {
	// Write sends what differs. A byte is 8 pixels from the top down, the topmost in
	// bit 0; the bytes of the upper 8 rows come first, from the left to the right.
	Write(pages []byte) (int, error)
	SetContrast(level byte) error
	Halt() error
}

func init() {
	plugins.AddMember[panel.DeviceConfig]("ssd1306", "an OLED display with an SSD1306, SH1106 or SH1107, on an I2C bus or on SPI",
		Config{Chip: "ssd1306", Address: 0x3C, Width: 128, Height: 64})
}

// Config is the options of a display.
type Config struct {
	Chip       string             `yaml:"chip" doc:"the controller: displays of 1.3 inches mostly have an sh1106; if the picture is two columns beside its place, it is the other one" oneof:"ssd1306 sh1106 sh1107"`
	I2C        plugins.I2CBus     `yaml:"i2c" doc:"the I2C bus that it is connected to" short:"true"`
	Address    plugins.I2CAddress `yaml:"address" doc:"its address on the I2C bus: 0x3C, or 0x3D where a bridge on the module was moved"`
	SPI        plugins.SPIPort    `yaml:"spi" doc:"the SPI port that it is connected to, in place of an I2C bus, as 4-wire SPI"`
	DC         plugins.Pin        `yaml:"dc" doc:"with spi: the GPIO line that is connected to D/C"`
	Reset      plugins.Pin        `yaml:"reset" doc:"the GPIO line that is connected to RES; without one the module resets itself at power-up"`
	Width      int                `yaml:"width" doc:"the width in pixels, as the display is mounted" oneof:"128 64 32"`
	Height     int                `yaml:"height" doc:"the height in pixels, as the display is mounted" oneof:"128 64 32"`
	UpsideDown bool               `yaml:"upside_down" doc:"the display is mounted upside down"`
}

// Validate refuses parts that do not belong together, and sizes that do not exist.
func (c *Config) Validate() error {
	var errs []error
	if c.I2C == "" && c.SPI == "" {
		errs = append(errs, plugins.OptionErrorf("i2c", "i2c or spi is required; write the bus that the display is connected to, such as i2c: I2C1"))
	}
	if c.I2C != "" && c.SPI != "" {
		errs = append(errs, plugins.OptionErrorf("spi", "the display is connected to one bus; remove i2c or spi"))
	}
	if c.SPI != "" && c.DC == "" {
		errs = append(errs, plugins.OptionErrorf("dc", "a display on SPI needs a D/C line; add dc, such as dc: GPIO24"))
	}
	if c.SPI == "" && c.DC != "" {
		errs = append(errs, plugins.OptionErrorf("dc", "only a display on SPI has a D/C line; remove dc, or write spi in place of i2c"))
	}
	if _, _, ok := c.mounting(); !ok {
		var sizes []string
		for _, size := range controllers[c.Chip].sizes {
			sizes = append(sizes, fmt.Sprintf("%d×%d", size.X, size.Y))
		}
		errs = append(errs, plugins.OptionErrorf("height", "no display with an %s has %d×%d pixels; there are %s", c.Chip, c.Width, c.Height, strings.Join(sizes, ", ")))
	}
	return errors.Join(errs...)
}

// mounting returns the size as the controller counts it, and whether the display is
// mounted on its side.
func (c *Config) mounting() (size image.Point, sideways, ok bool) {
	for _, size := range controllers[c.Chip].sizes {
		switch c.Size() {
		case size:
			return size, false, true
		case image.Pt(size.Y, size.X):
			return size, true, true
		}
	}
	return image.Point{}, false, false
}

func (c *Config) terminals() panel.Terminals {
	return panel.Terminals{I2C: c.I2C, Address: c.Address, SPI: c.SPI, DC: c.DC, Reset: c.Reset}
}

// Size returns the size of the display.
func (c *Config) Size() image.Point { return image.Pt(c.Width, c.Height) }

// Parts returns the bus or port, and the lines.
func (c *Config) Parts() []string { return c.terminals().Parts() }

// RefreshEvery returns a minute: a display that has lost its power for a moment answers as
// before, and is dark.
func (c *Config) RefreshEvery() time.Duration { return time.Minute }

// Open opens the parts and sets up the display.
func (c *Config) Open(t *plugins.Task, env plugins.Env) (panel.Device, error) {
	return c.terminals().Open(t, env, &device{Config: c, pages: make([]byte, c.Width*c.Height/8)})
}

// device is a driver as a device has it.
type device struct {
	*Config
	driver
	pages []byte
}

func (d *device) SetUp(l *panel.Link) error {
	size, _, _ := d.mounting()
	if d.driver != nil {
		l.Edit = stayOn
		defer func() { l.Edit = nil }()
	}
	driver, err := controllers[d.Chip].newDriver(l, size)
	if err == nil { // else the one before, if there is one, can still switch the display off
		d.driver = driver
	}
	return err
}

// stayOn removes the command to switch the display off, with which periph's setup begins. At
// each refresh the display would blink.
func stayOn(setup []byte) {
	const displayOff, nop = 0xAE, 0xE3
	if i := bytes.IndexByte(setup, displayOff); i >= 0 {
		setup[i] = nop
	}
}

func (d *device) Dim(brightness float64) error {
	return d.SetContrast(byte(math.Round(brightness * 0xFF)))
}

func (d *device) Draw(picture *image.Gray) error {
	d.read(picture)
	_, err := d.Write(d.pages)
	return err
}

// read works out what the controller is to hold.
func (d *device) read(picture *image.Gray) {
	size, sideways, _ := d.mounting()
	clear(d.pages)
	for i, grey := range picture.Pix {
		if grey < 0x80 {
			continue
		}
		if d.UpsideDown {
			i = len(picture.Pix) - 1 - i
		}
		x, y := i%d.Width, i/d.Width
		if sideways {
			x, y = size.X-1-y, x
		}
		d.pages[y/8*size.X+x] |= 1 << (y % 8)
	}
}

// newSSD1306 returns periph's driver. It always addresses 0x3C, and the link sends that
// to the address of the display.
func newSSD1306(l *panel.Link, size image.Point) (driver, error) {
	opts := ssd1306.DefaultOpts
	opts.W, opts.H, opts.Sequential = size.X, size.Y, size.Y == 32
	if l.Bus != nil {
		return ssd1306.NewI2C(l.Bus, &opts)
	}
	return ssd1306.NewSPI(l.Port, l.DC, &opts)
}
