package panel

import (
	"errors"
	"image"
	"time"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/plugins"
)

// Terminals are the parts of the board that the controller of a display is connected
// to: an I2C bus, or an SPI port with a D/C line, which tells data from commands. Either
// may have a reset line.
type Terminals struct {
	I2C       plugins.I2CBus // empty: SPI
	Address   plugins.I2CAddress
	SPI       plugins.SPIPort
	DC, Reset plugins.Pin // DC is for SPI; without Reset the module resets itself at power-up
}

// Parts returns their names.
func (c Terminals) Parts() (names []string) {
	for _, name := range []string{string(c.I2C), string(c.SPI), string(c.DC), string(c.Reset)} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// resetTime is how long the reset line is low, and how long a controller then has to
// start. The data sheets ask for 3 µs (SSD1306), 10 µs (SH1106, SH1107) and 100 µs
// (SSD1322); modules delay the line by a capacitor.
const resetTime = 10 * time.Millisecond

// Driver is a driver of the controller of a display. Its methods run beside the loop.
type Driver interface {
	// SetUp sets up the display, of which nothing is known.
	SetUp(*Link) error
	// Dim makes it as bright as that, from 0 to 1.
	Dim(brightness float64) error
	// Draw sends what differs from the picture before, and after SetUp everything.
	Draw(*image.Gray) error
	// Halt switches the display off.
	Halt() error
}

// Open opens the parts, resets the controller and has the driver set up the display.
func (c Terminals) Open(t *plugins.Task, env plugins.Env, driver Driver) (Device, error) {
	link, err := c.link(t, env)
	if err != nil {
		return nil, err
	}
	d := &driven{Link: link, driver: driver}
	err = plugins.Do(t, func() error {
		err := d.setUp()
		if err != nil {
			err = errors.Join(err, link.Close())
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// driven is a display with a driver.
type driven struct {
	*Link
	driver     Driver
	brightness float64 // -1: not known
}

func (d *driven) setUp() error {
	d.brightness = -1
	return d.driver.SetUp(d.Link)
}

// Show implements Device.
func (d *driven) Show(f Frame) (sent int, err error) {
	before := d.sent
	if f.Brightness != d.brightness {
		if err := d.driver.Dim(f.Brightness); err != nil {
			return 0, err
		}
		d.brightness = f.Brightness
	}
	err = d.driver.Draw(f.Picture)
	return d.sent - before, err
}

// Resend implements Device.
func (d *driven) Resend(f Frame) (sent int, err error) {
	before := d.sent
	if err := d.setUp(); err != nil {
		return 0, err
	}
	_, err = d.Show(f)
	return d.sent - before, err
}

// Blank implements Device.
func (d *driven) Blank() error { return d.driver.Halt() }

func (c Terminals) link(t *plugins.Task, env plugins.Env) (_ *Link, err error) {
	l := &Link{}
	defer func() {
		if err != nil {
			err = errors.Join(err, plugins.Do(t, l.Close))
		}
	}()
	if c.I2C != "" {
		bus, err := env.Board.I2C(t, string(c.I2C), uint16(c.Address))
		if err != nil {
			return nil, err
		}
		l.Bus, l.close = &countedBus{bus, uint16(c.Address), l}, append(l.close, bus.Close)
	} else {
		port, err := env.Board.SPI(t, string(c.SPI))
		if err != nil {
			return nil, err
		}
		l.Port, l.close = &countedPort{PortCloser: port, link: l}, append(l.close, port.Close)
	}
	if c.DC != "" {
		if l.DC, err = l.output(t, env, c.DC); err != nil {
			return nil, err
		}
	}
	if c.Reset != "" {
		reset, err := l.output(t, env, c.Reset)
		if err != nil {
			return nil, err
		}
		for _, level := range []gpio.Level{gpio.Low, gpio.High} {
			if err := plugins.Do(t, func() error { return reset.Out(level) }); err != nil {
				return nil, err
			}
			if err := t.Sleep(resetTime); err != nil {
				return nil, err
			}
		}
	}
	return l, nil
}

// Link is the open parts, for drivers of periph. It counts what they send.
type Link struct {
	Bus  i2c.Bus  // of this one device; nil: it is connected by SPI
	Port spi.Port // its Connect may be called again, for another driver
	DC   gpio.PinOut
	Edit func(packet []byte) // may change what a driver sends; nil: nothing is changed

	sent  int // bytes
	close []func() error
}

// pass is called with each packet before it is sent.
func (l *Link) pass(packet []byte) {
	l.sent += len(packet)
	if l.Edit != nil {
		l.Edit(packet)
	}
}

func (l *Link) output(t *plugins.Task, env plugins.Env, name plugins.Pin) (gpio.PinOut, error) {
	pin, err := env.Board.Pin(t, string(name))
	if err == nil {
		l.close = append(l.close, pin.Halt)
	}
	return pin, err
}

// Close releases the parts.
func (l *Link) Close() error {
	var errs []error
	for _, release := range l.close {
		errs = append(errs, release())
	}
	l.close = nil
	return errors.Join(errs...)
}

// countedBus is the bus of one device, also for a driver that knows only one of the
// addresses that the device can have.
type countedBus struct {
	i2c.BusCloser
	address uint16
	link    *Link
}

func (b *countedBus) Tx(_ uint16, w, r []byte) error {
	b.link.pass(w)
	return b.BusCloser.Tx(b.address, w, r)
}

type countedPort struct {
	spi.PortCloser
	link *Link
	conn spi.Conn
}

func (p *countedPort) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	if p.conn == nil {
		c, err := p.PortCloser.Connect(f, mode, bits)
		if err != nil {
			return nil, err
		}
		p.conn = countedConn{c, p.link}
	}
	return p.conn, nil
}

type countedConn struct {
	spi.Conn
	link *Link
}

func (c countedConn) Tx(w, r []byte) error {
	c.link.pass(w)
	return c.Conn.Tx(w, r)
}

// MaxTxSize implements conn.Limits.
func (c countedConn) MaxTxSize() int { return c.Conn.(conn.Limits).MaxTxSize() }
