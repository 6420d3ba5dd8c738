// Package oled is a panel device for ptvd: an OLED display with an SSD1306, by the driver
// of periph.io. It is an example of a driver of periph.io on ptvd's board, in a module of
// its own.
package oled

import (
	"context"
	"errors"
	"image"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/devices/v3/ssd1306"

	"ptvd/plugins"
	"ptvd/plugins/panel"
)

func init() {
	plugins.AddMember[panel.DeviceConfig]("ssd1306", "an OLED display with an SSD1306 on an I2C bus", Config{Height: 64})
}

// address is that of the driver. Displays with another one need a solder bridge.
const address = 0x3C

// Config is what people write under device, as {ssd1306: I2C1}.
type Config struct {
	I2C    plugins.I2CBus `yaml:"i2c" doc:"the bus that it is connected to" required:"true" short:"true"`
	Height int            `yaml:"height" doc:"the display's height in pixels" oneof:"64 32"`
}

// Size returns the size of the display.
func (c *Config) Size() image.Point { return image.Pt(128, c.Height) }

// Parts returns the bus.
func (c *Config) Parts() []string { return []string{string(c.I2C)} }

// RefreshEvery returns a minute: all of it takes a tenth of a second on a slow bus.
func (c *Config) RefreshEvery() time.Duration { return time.Minute }

// Open opens the bus and sets up the display.
func (c *Config) Open(t *plugins.Task, env plugins.Env) (panel.Device, error) {
	bus, err := env.Board.I2C(t, string(c.I2C), address)
	if err != nil {
		return nil, err
	}
	d := &device{BusCloser: bus, options: ssd1306.DefaultOpts}
	d.options.H = c.Height
	return plugins.Await(t, func(context.Context) (panel.Device, error) {
		if err := d.setUp(); err != nil {
			return nil, errors.Join(err, bus.Close())
		}
		return d, nil
	})
}

type device struct {
	i2c.BusCloser
	options    ssd1306.Opts
	driver     *ssd1306.Dev
	brightness float64
	sent       int // bytes
}

// setUp makes a driver, which sends everything with its first picture.
func (d *device) setUp() (err error) {
	d.brightness = -1 // unknown
	d.driver, err = ssd1306.NewI2C(d, &d.options)
	return err
}

// Show sends what differs; the driver compares.
func (d *device) Show(f panel.Frame) (sent int, err error) {
	before := d.sent
	if f.Brightness != d.brightness {
		if err := d.driver.SetContrast(byte(f.Brightness * 255)); err != nil {
			return 0, err
		}
		d.brightness = f.Brightness
	}
	err = d.driver.Draw(d.driver.Bounds(), f.Picture, image.Point{})
	return d.sent - before, err
}

// Resend sets up the display again and sends the whole picture.
func (d *device) Resend(f panel.Frame) (sent int, err error) {
	before := d.sent
	if err := d.setUp(); err != nil {
		return 0, err
	}
	_, err = d.Show(f)
	return d.sent - before, err
}

// Tx counts the bytes that the driver sends.
func (d *device) Tx(address uint16, w, r []byte) error {
	d.sent += len(w)
	return d.BusCloser.Tx(address, w, r)
}

// Blank switches the display off.
func (d *device) Blank() error { return d.driver.Halt() }
