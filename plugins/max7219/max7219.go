// Package max7219 is a panel device: a chain of MAX7219 drivers, each with a module of
// 8×8 LEDs.
package max7219

import (
	"context"
	"errors"
	"image"
	"math"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/plugins"
	"ptvd/plugins/panel"
)

func init() {
	plugins.AddMember[panel.DeviceConfig]("max7219", "modules of 8×8 LEDs in a row, each with a MAX7219",
		Config{Hz: 1_000_000, Width: 32})
}

// Config is the options of a chain. They are named as in luma.led_matrix: orientation
// is its block_orientation, reverse its blocks_arranged_in_reverse_order.
type Config struct {
	SPI         plugins.SPIPort `yaml:"spi" doc:"the SPI port that the chain is connected to" required:"true"`
	Hz          int             `yaml:"hz" doc:"the clock of the SPI port, in Hz; a lower one helps with long wires" min:"10000" max:"10000000"`
	Width       int             `yaml:"width" doc:"the panel's width in LEDs: 8 for each module" min:"16" max:"256"`
	Orientation int             `yaml:"orientation" doc:"how far each module is turned clockwise, in degrees, as block_orientation of luma.led_matrix: most FC-16 boards need -90; the test pattern shows it" oneof:"0 90 -90 180"`
	Reverse     bool            `yaml:"reverse" doc:"the data enter at the right end of the chain, not at the left"`
	UpsideDown  bool            `yaml:"upside_down" doc:"the panel as a whole is mounted upside down"`
}

// Validate refuses part of a module.
func (c *Config) Validate() error {
	if c.Width%8 != 0 {
		return plugins.OptionErrorf("width", "%d is not a multiple of 8, the width of a module; write %d", c.Width, (c.Width+7)/8*8)
	}
	return nil
}

// Size returns the size of the panel.
func (c *Config) Size() image.Point { return image.Pt(c.Width, 8) }

// Parts returns the SPI port.
func (c *Config) Parts() []string { return []string{string(c.SPI)} }

// Troubleshoot names the options that a wrong test pattern asks for.
func (c *Config) Troubleshoot() string {
	return "Digits on their side: set another orientation. Upside down: set upside_down, or orientation: 180. From right to left: set reverse. All dark: check power, wires and chip select."
}

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
	conn    spi.Conn
	chain   *Chain
	packets []spi.Packet // of the last frame
}

// Show sends the registers that differ.
func (d *device) Show(f panel.Frame) error {
	level := int(math.Round(f.Brightness * MaxIntensity))
	return d.send(d.chain.Update(f.Picture, level))
}

// Resend sends all registers.
func (d *device) Resend(f panel.Frame) error {
	d.chain.Resend()
	return d.Show(f)
}

// Blank turns every LED off.
func (d *device) Blank() error { return d.send(d.chain.Off()) }

func (d *device) send(packets [][]byte) error {
	d.packets = d.packets[:0]
	for _, p := range packets {
		d.packets = append(d.packets, spi.Packet{W: p})
	}
	if len(packets) == 0 {
		return nil
	}
	return d.conn.TxPackets(d.packets)
}
