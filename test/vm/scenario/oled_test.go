//go:build vm

package scenario

import (
	"bytes"
	"image"
	"testing"
	"time"

	"ptvd/internal/gpio/sim/simchip"
	"ptvd/plugins/panel"
	"ptvd/test/vm/wires"
)

// The addresses of the small displays, and the lines of the SSD1322.
const (
	oledAddress = 0x3C
	kinAddress  = 0x3D
	dcLine      = 24
	resetLine   = 25
)

const oledConfig = `plugins:
  small: {plugin: display, device: {ssd1306: I2C1}, pages: [clock], test: true}
  large:
    plugin: display
    device: {ssd1322: {spi: SPI0.0, dc: GPIO24, reset: GPIO25}}
    pages: [clock]
    test: true
`

const kinConfig = `plugins:
  small: {plugin: display, device: {ssd1306: {i2c: I2C1, chip: sh1106}}, pages: [clock], test: true}
  square: {plugin: display, device: {ssd1306: {i2c: I2C1, address: 0x3D, chip: sh1107, height: 128}}, pages: [clock], test: true}
`

// oleds is small displays on the I2C bus, by their addresses, and an SSD1322 on SPI, as
// they are after power-up.
type oleds struct {
	*guest
	small  map[int]*simchip.OLED
	large  *simchip.SSD1322
	levels map[int]wires.Level // of the daemon's outputs
	resets int                 // of the large one
	failed int                 // transfers to small ones
}

// beginOLEDs begins a scenario with displays that are connected.
func beginOLEDs(t *testing.T, config string, small map[int]*simchip.OLED) *oleds {
	g := begin(t)
	g.configure(config)
	for address := range small {
		g.answer(address, 0)
	}
	return &oleds{guest: g, small: small, large: simchip.NewSSD1322(), levels: map[int]wires.Level{}}
}

// showsPattern tells whether the test pattern is seen on a small display, which has one
// colour.
func showsPattern(d *simchip.OLED) bool {
	seen := d.Picture()
	pattern := panel.Pattern(seen.Rect.Max)
	for i, grey := range pattern.Pix {
		pattern.Pix[i] = 0xFF * (grey >> 7)
	}
	return bytes.Equal(seen.Pix, pattern.Pix)
}

// until passes what is sent to the displays until a condition holds. The level of D/C
// at a message is that of the last event of its line before it.
func (o *oleds) until(what string, is func() bool) {
	o.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !is(); {
		e, err := o.Wires.Next(time.Until(deadline))
		if err != nil {
			o.Fatalf("%s: %v; bytes received: %d and %d", what, err, o.small[oledAddress].Received(), o.large.Received())
		}
		switch e := e.(type) {
		case wires.Output:
			if e.Line == resetLine && e.Level == wires.Low {
				o.resets++
			}
			o.levels[e.Line] = e.Level
		case wires.Released:
			delete(o.levels, e.Line)
		case wires.Transfer:
			o.transfer(e)
		case wires.Message:
			o.message(e)
		}
	}
}

func (o *oleds) transfer(t wires.Transfer) {
	o.Helper()
	display := o.small[t.Address]
	if display == nil {
		return
	}
	if t.Failed {
		o.failed++
		return
	}
	for _, m := range t.Messages {
		if m.Read || display.Tx(m.Bytes, nil) != nil {
			o.Errorf("unexpected message % x", m.Bytes)
		}
	}
}

func (o *oleds) message(m wires.Message) {
	o.Helper()
	if m.Failed {
		return
	}
	level, driven := o.levels[dcLine]
	if m.ChipSelect != 0 || m.Mode != 0 || m.Hz != 8_000_000 || !driven || o.levels[resetLine] != wires.High {
		o.Errorf("message %d: %+v, with lines %v", m.Number, m, o.levels)
	}
	for _, p := range m.Packets {
		o.large.Receive(level == wires.High, p.Bytes)
	}
}

func TestTwoDisplaysShowTheirPatternsByTheBytesThatArrive(t *testing.T) {
	small := simchip.NewOLED(&simchip.SSD1306Chip, image.Pt(128, 64))
	o := beginOLEDs(t, oledConfig, map[int]*simchip.OLED{oledAddress: small})
	largePattern := panel.Pattern(image.Pt(256, 64))
	shown := func() bool { return showsPattern(small) && bytes.Equal(o.large.Picture().Pix, largePattern.Pix) }

	o.start()
	o.until("the patterns", shown)
	o.allOK()
	if o.resets != 1 {
		t.Errorf("the display was reset %d times", o.resets)
	}

	small.PowerCycle()
	o.large.PowerCycle()
	o.until("the patterns after a loss of power", shown)

	if err := o.Wires.Fail(1); err != nil {
		t.Fatal(err)
	}
	if err := o.Wires.I2C(oledAddress); err != nil {
		t.Fatal(err)
	}
	// A picture that stays is sent again once a minute.
	o.until("a transfer that fails", func() bool { return o.failed > 0 })
	o.waitForLog("ssd1306 on I2C1 failed: ")
	small.PowerCycle()
	o.answer(oledAddress, 0)
	o.until("the pattern of a display that was connected again", shown)

	for _, d := range []interface{ Err() error }{small, o.large} {
		if err := d.Err(); err != nil {
			t.Error(err)
		}
	}
	o.stop()
	o.until("both off", func() bool { return !small.On() && !o.large.On() })
}

func TestAnSH1106AndAnSH1107ShowTheirPatternsOnOneBus(t *testing.T) {
	small, square := simchip.NewOLED(&simchip.SH1106Chip, image.Pt(128, 64)), simchip.NewOLED(&simchip.SH1107Chip, image.Pt(128, 128))
	o := beginOLEDs(t, kinConfig, map[int]*simchip.OLED{oledAddress: small, kinAddress: square})
	shown := func() bool { return showsPattern(small) && showsPattern(square) }

	o.start()
	o.until("the patterns", shown)
	o.allOK()
	small.PowerCycle()
	square.PowerCycle()
	o.until("the patterns after a loss of power", shown)
	for _, d := range []*simchip.OLED{small, square} {
		if err := d.Err(); err != nil {
			t.Error(err)
		}
	}
	o.stop()
	o.until("both off", func() bool { return !small.On() && !square.On() })
}
