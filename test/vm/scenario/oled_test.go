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

// The address of the SSD1306 in oledConfig, and the lines of the SSD1322.
const (
	oledAddress = 0x3C
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

// oleds is an SSD1306 on the I2C bus and an SSD1322 on SPI, as they are after power-up.
type oleds struct {
	*guest
	small  *simchip.OLED
	large  *simchip.SSD1322
	levels map[int]wires.Level // of the daemon's outputs
	resets int                 // of the large one
	failed int                 // transfers to the small one
}

// until passes what is sent to the displays until a condition holds. The level of D/C
// at a message is that of the last event of its line before it.
func (o *oleds) until(what string, is func() bool) {
	o.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !is(); {
		e, err := o.Wires.Next(time.Until(deadline))
		if err != nil {
			o.Fatalf("%s: %v; bytes received: %d and %d", what, err, o.small.Received(), o.large.Received())
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
	if t.Address != oledAddress {
		return
	}
	if t.Failed {
		o.failed++
		return
	}
	for _, m := range t.Messages {
		if m.Read || o.small.Tx(m.Bytes, nil) != nil {
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

// dark tells whether both displays are off.
func (o *oleds) dark() bool { return !o.small.On() && !o.large.On() }

func TestTwoDisplaysShowTheirPatternsByTheBytesThatArrive(t *testing.T) {
	g := begin(t)
	g.configure(oledConfig)
	g.answer(oledAddress, 0)
	o := &oleds{guest: g, small: simchip.NewOLED(&simchip.SSD1306Chip, image.Pt(128, 64)), large: simchip.NewSSD1322(), levels: map[int]wires.Level{}}
	smallPattern, largePattern := panel.Pattern(image.Pt(128, 64)), panel.Pattern(image.Pt(256, 64))
	for i, grey := range smallPattern.Pix {
		smallPattern.Pix[i] = 0xFF * (grey >> 7) // it has one colour
	}
	shown := func() bool {
		return bytes.Equal(o.small.Picture().Pix, smallPattern.Pix) && bytes.Equal(o.large.Picture().Pix, largePattern.Pix)
	}

	o.start()
	o.until("the patterns", shown)
	o.allOK()
	if o.resets != 1 {
		t.Errorf("the display was reset %d times", o.resets)
	}

	o.small.PowerCycle()
	o.large.PowerCycle()
	o.until("the patterns after a loss of power", shown)

	if err := g.Wires.Fail(1); err != nil {
		t.Fatal(err)
	}
	if err := g.Wires.I2C(oledAddress); err != nil {
		t.Fatal(err)
	}
	// A picture that stays is sent again once a minute.
	o.until("a transfer that fails", func() bool { return o.failed > 0 })
	o.waitForLog("ssd1306 on I2C1 failed: ")
	o.small.PowerCycle()
	g.answer(oledAddress, 0)
	o.until("the pattern of a display that was connected again", shown)

	for _, d := range []interface{ Err() error }{o.small, o.large} {
		if err := d.Err(); err != nil {
			t.Error(err)
		}
	}
	o.stop()
	o.until("both off", o.dark)
}
