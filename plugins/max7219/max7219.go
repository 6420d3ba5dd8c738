// Package max7219 is a panel device: a chain of MAX7219 drivers, each with a module of
// 8×8 LEDs.
package max7219

import (
	"context"
	"errors"
	"image"
	"math"
	"time"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/plugins"
	"ptvd/plugins/panel"
)

func init() {
	plugins.AddMember[panel.DeviceConfig]("max7219", "modules of 8×8 LEDs in a row, each with a MAX7219",
		defaults)
}

// defaults are the options that a file may leave out.
var defaults = Config{Hz: 1_000_000, Width: 32, Height: 8, Rows: "straight", Refresh: 3 * time.Second}

// Config is the options of a chain. Some are named as in luma.led_matrix: orientation
// is its block_orientation, reverse its blocks_arranged_in_reverse_order.
type Config struct {
	SPI         plugins.SPIPort `yaml:"spi" doc:"the SPI port that the chain is connected to" required:"true"`
	Hz          int             `yaml:"hz" doc:"the clock of the SPI port, in Hz; a lower one helps with long wires" min:"10000" max:"10000000"`
	Width       int             `yaml:"width" doc:"the panel's width in LEDs: 8 for each module" min:"16" max:"256"`
	Height      int             `yaml:"height" doc:"the panel's height in LEDs: one row of modules, or two" oneof:"8 16"`
	Module      string          `yaml:"module" doc:"how the modules are wired, with the data input (DIN) of the panel at the left; fc16 are the boards of four, or of eight in two rows (4-in-1). If DIN is at the right, add upside_down. ptvd check --hardware finds out what to write" oneof:"fc16 generic parola icstation"`
	Rows        string          `yaml:"rows" doc:"how the chain goes through two rows: straight, each row from the same side; or zigzag, back through the second row, whose modules are turned around. The upper row is first, or with _up the lower one" oneof:"straight zigzag straight_up zigzag_up"`
	Mirror      bool            `yaml:"mirror" doc:"each module shows its part mirrored, left to right"`
	Orientation int             `yaml:"orientation" doc:"how far each module is turned clockwise, in degrees, beside what its wiring asks for; without module as block_orientation of luma.led_matrix" oneof:"0 90 -90 180"`
	Reverse     bool            `yaml:"reverse" doc:"the chain begins at its other end, with the modules as they are"`
	UpsideDown  bool            `yaml:"upside_down" doc:"the panel as a whole is mounted upside down, so that its data input is at the right"`
	Refresh     time.Duration   `yaml:"refresh" doc:"how often everything is sent again, also if it did not change: static can garble what a panel shows" min:"1s" max:"1h"`
}

// Validate refuses part of a module, and warns of a file that does not name it.
func (c *Config) Validate() error {
	var errs []error
	if c.Width%8 != 0 {
		errs = append(errs, plugins.OptionErrorf("width", "%d is not a multiple of 8, the width of a module; write %d", c.Width, (c.Width+7)/8*8))
	}
	if c.Height == 8 && c.Rows != defaults.Rows {
		errs = append(errs, plugins.OptionErrorf("rows", "a panel of height: 8 has one row of modules; remove rows, or write height: 16"))
	}
	if c.Module == "" && len(errs) == 0 {
		errs = append(errs, plugins.OptionWarningf("module", "module is missing; boards of four modules (4-in-1) need module: fc16. The present options mean the same as %s", c.simplest(c.wirings()).wiring()))
	}
	return errors.Join(errs...)
}

// Size returns the size of the panel.
func (c *Config) Size() image.Point { return image.Pt(c.Width, c.Height) }

// Parts returns the SPI port.
func (c *Config) Parts() []string { return []string{string(c.SPI)} }

// RefreshEvery returns the option refresh.
func (c *Config) RefreshEvery() time.Duration { return c.Refresh }

// Open opens the SPI port.
func (c *Config) Open(t *plugins.Task, env plugins.Env) (panel.Device, error) {
	port, err := env.Board.SPI(t, string(c.SPI))
	if err != nil {
		return nil, err
	}
	return plugins.Await(t, func(context.Context) (panel.Device, error) {
		conn, err := port.Connect(physic.Frequency(c.Hz)*physic.Hertz, spi.Mode0, 8)
		if err != nil {
			return nil, errors.Join(err, port.Close())
		}
		return &device{PortCloser: port, conn: conn, chain: NewChain(c)}, nil
	})
}

// device sends the registers of a chain that differ.
type device struct {
	spi.PortCloser
	conn  spi.Conn
	chain *Chain
}

// Show sends the registers that differ.
func (d *device) Show(f panel.Frame) (sent int, err error) {
	level := int(math.Round(f.Brightness * MaxIntensity))
	return d.send(d.chain.Update(f.Picture, level))
}

// Resend sends all registers.
func (d *device) Resend(f panel.Frame) (sent int, err error) {
	d.chain.Resend()
	return d.Show(f)
}

// Blank turns every LED off.
func (d *device) Blank() error {
	_, err := d.send(d.chain.Off())
	return err
}

func (d *device) send(packets []spi.Packet) (sent int, err error) {
	if len(packets) == 0 {
		return 0, nil
	}
	return len(packets) * len(packets[0].W), d.conn.TxPackets(packets)
}
