package simchip_test

import (
	"bytes"
	"image"
	"slices"
	"strings"
	"testing"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/gpio/sim/simchip"
	"ptvd/internal/scheduler"
)

// newBoard returns a board beside a loop that does not run.
func newBoard() *sim.Board {
	return sim.New(scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)}))
}

// transfer is what is sent at a time.
type transfer struct {
	data  bool
	bytes []byte
}

func command(bytes ...byte) transfer { return transfer{false, bytes} }
func data(bytes ...byte) transfer    { return transfer{true, bytes} }

func TestFaultsOfTheProtocolAreReported(t *testing.T) {
	for _, test := range []struct {
		name string
		chip simchip.Controller
		sent []transfer
		want string
	}{
		{"an argument with D/C low", simchip.NewSSD1322(), []transfer{command(0x15, 0x1C)}, "byte 2: command 0x15 lacks 2 arguments"},
		{"data without a command", simchip.NewSSD1322(), []transfer{data(0xFF)}, "byte 1: data 0xff without a command"},
		{"too many arguments", simchip.NewSSD1322(), []transfer{command(0xC1), data(1, 2)}, "byte 3: data 0x02 without a command"},
		{"a column that there is not", simchip.NewSSD1322(), []transfer{command(0x15), data(0x1C, 120)}, "columns 28 to 120 of 120"},
		{"a window without a row", simchip.NewSSD1322(), []transfer{command(0x75), data(9, 8)}, "rows 9 to 8 of 128"},
		{"a command of another controller", simchip.NewSSD1322(), []transfer{command(0x8D)}, "unknown command 0x8d"},
		{"a locked controller", simchip.NewSSD1322(), []transfer{command(0xFD), data(0x16), command(0xAF)}, "while the commands are locked"},
		{"an argument as data", simchip.NewOLED(&simchip.SSD1306Chip, image.Pt(128, 64)), []transfer{command(0x81), data(0xFF)}, "byte 1: command 0x81 lacks 1 arguments"},
		{"columns of a window", simchip.NewOLED(&simchip.SSD1306Chip, image.Pt(128, 64)), []transfer{command(0x21, 0, 128)}, "columns 0 to 128 of 128"},
		{"a page that there is not", simchip.NewOLED(&simchip.SH1106Chip, image.Pt(128, 64)), []transfer{command(0xB8)}, "page 8 of 8"},
		{"the end of a page", simchip.NewOLED(&simchip.SH1106Chip, image.Pt(128, 64)), []transfer{command(0xB0, 0x18, 0x03), data(1, 2)}, "column 132 of 132"},
		{"a window where there is none", simchip.NewOLED(&simchip.SH1106Chip, image.Pt(128, 64)), []transfer{command(0x21, 0, 127)}, "unknown command 21"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, s := range test.sent {
				test.chip.Receive(s.data, s.bytes)
			}
			err := test.chip.(interface{ Err() error }).Err()
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestASetupForAnotherGlassIsReported(t *testing.T) {
	d := simchip.NewOLED(&simchip.SSD1306Chip, image.Pt(128, 32))
	d.Receive(false, []byte{0x8D, 0x14, 0xA8, 31, 0xAF})
	d.Picture()
	if err := d.Err(); err == nil || !strings.Contains(err.Error(), "COM pins 0x12") {
		t.Error(err)
	}
}

func TestWithoutTheChargePumpAnSSD1306IsDark(t *testing.T) {
	d := simchip.NewOLED(&simchip.SSD1306Chip, image.Pt(128, 64))
	d.Receive(false, []byte{0xA5, 0xAF})
	if slices.Max(d.Picture().Pix) != 0 {
		t.Error("it is lit")
	}
	d.Receive(false, []byte{0x8D, 0x14})
	if slices.Min(d.Picture().Pix) != 0xFF {
		t.Error("it is not lit")
	}
}

func TestTheControlByteOfI2CTellsCommandsFromData(t *testing.T) {
	board, d := newBoard(), simchip.NewOLED(&simchip.SH1106Chip, image.Pt(128, 64))
	board.AttachI2C(0x3C, d)
	bus, err := board.OpenI2C("I2C1")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range [][]byte{{0x00, 0xA8, 63, 0xDA, 0x12, 0xA1, 0xC8, 0xB0, 0x10, 0x02, 0xAF}, {0x40, 0x81}} {
		if err := bus.Tx(0x3C, w, nil); err != nil {
			t.Fatal(err)
		}
	}
	picture := d.Picture()
	for y := range 8 {
		if lit := picture.GrayAt(0, y).Y > 0; lit != (y == 0 || y == 7) {
			t.Errorf("pixel 0,%d is lit: %v", y, lit)
		}
	}
	if err := d.Err(); err != nil {
		t.Error(err)
	}
	if err := bus.Tx(0x3C, []byte{0x80, 0xAF}, nil); err != nil || d.Err() == nil {
		t.Error("another control byte is no fault", err)
	}
}

func TestAControllerWhoseResetIsLowReceivesNothing(t *testing.T) {
	board, d := newBoard(), simchip.NewSSD1322()
	simchip.Attach(board, "SPI0.0", "GPIO24", "GPIO25", d)
	opened, err := board.OpenSPI("SPI0.0")
	if err != nil {
		t.Fatal(err)
	}
	port, err := opened.Connect(physic.MegaHertz, spi.Mode0, 8)
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range []gpio.Level{gpio.Low, gpio.High} {
		board.Drive("GPIO25", level)
		if err := port.Tx([]byte{0xAF}, nil); err != nil || d.On() != bool(level) {
			t.Errorf("with reset %v it is on: %v (%v)", level, d.On(), err)
		}
	}
}

// FuzzControllers sends anything, in one transfer or byte by byte, which shows the same.
func FuzzControllers(f *testing.F) {
	f.Add([]byte{6, 0xFD, 0xAF, 0x5C, 0x15, 0x75, 0xA4}, uint8(3))
	f.Add([]byte{3, 0x15, 0x82, 28, 91, 1, 0x75, 0x82, 0, 63, 1, 0x5C, 0x84, 1, 2, 3, 4, 1, 0xAF}, uint8(3))
	f.Add([]byte{12, 0x8D, 0x14, 0x20, 0, 0x21, 3, 5, 0x22, 1, 2, 0xAF, 0xB7, 0x88, 1, 2, 3, 4, 5, 6, 7, 8}, uint8(0))
	f.Add([]byte{5, 0xB7, 0x18, 0x02, 0xAF, 0x81, 0x83, 1, 2, 3}, uint8(1))
	f.Add([]byte{6, 0xBF, 0x17, 0x0F, 0xAF, 0xDC, 0, 0x83, 1, 2, 3}, uint8(2))
	f.Add([]byte{1, 0xDC}, uint8(1)) // a command of another controller
	f.Fuzz(func(t *testing.T, sent []byte, kind uint8) {
		make := []func() simchip.Controller{
			func() simchip.Controller { return simchip.NewOLED(&simchip.SSD1306Chip, image.Pt(128, 32)) },
			func() simchip.Controller { return simchip.NewOLED(&simchip.SH1106Chip, image.Pt(128, 64)) },
			func() simchip.Controller { return simchip.NewOLED(&simchip.SH1107Chip, image.Pt(64, 128)) },
			func() simchip.Controller { return simchip.NewSSD1322() },
		}[kind%4]
		whole, single := make(), make()
		for len(sent) > 0 {
			n := min(int(sent[0]&0x7F), len(sent)-1)
			isData, packet := sent[0]&0x80 != 0, sent[1:1+n]
			sent = sent[1+n:]
			whole.Receive(isData, packet)
			for i := range packet {
				single.Receive(isData, packet[i:i+1])
			}
		}
		type glass interface {
			Picture() *image.Gray
			On() bool
			Received() int
		}
		a, b := whole.(glass), single.(glass)
		if !bytes.Equal(a.Picture().Pix, b.Picture().Pix) || a.On() != b.On() || a.Received() != b.Received() {
			t.Error("byte by byte it shows something else")
		}
	})
}
