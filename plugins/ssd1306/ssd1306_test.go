package ssd1306_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"strings"
	"syscall"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim/simchip"
	"ptvd/internal/host"
	"ptvd/plugins"
	_ "ptvd/plugins/display"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// fixture is a display, and the instance that drives it.
type fixture struct {
	*plugintest.Harness
	*plugins.Task
	panel *plugintest.Instance
	glass *simchip.OLED
}

// kind is a display as it is sold, with the options for it.
type kind struct {
	name    string
	chip    *simchip.OLEDChip
	size    image.Point // as the controller counts
	options string
	from    func(x, y int) image.Point // where a pixel of the glass is in the picture
}

func upright(x, y int) image.Point { return image.Pt(x, y) }

var (
	ssd1306 = kind{"ssd1306", &simchip.SSD1306Chip, image.Pt(128, 64), "", upright}
	kinds   = []kind{
		ssd1306,
		{"ssd1306", &simchip.SSD1306Chip, image.Pt(128, 32), ", height: 32", upright},
		{"ssd1306", &simchip.SSD1306Chip, image.Pt(128, 64), ", upside_down: true", func(x, y int) image.Point { return image.Pt(127-x, 63-y) }},
		{"ssd1306", &simchip.SSD1306Chip, image.Pt(128, 64), ", width: 64, height: 128", func(x, y int) image.Point { return image.Pt(y, 127-x) }},
		{"sh1106", &simchip.SH1106Chip, image.Pt(128, 64), "", upright},
		{"sh1107", &simchip.SH1107Chip, image.Pt(128, 128), ", height: 128", upright},
		{"sh1107", &simchip.SH1107Chip, image.Pt(64, 128), ", width: 64, height: 128", upright},
		{"sh1107", &simchip.SH1107Chip, image.Pt(64, 128), "", func(x, y int) image.Point { return image.Pt(y, 63-x) }},
		{"sh1107", &simchip.SH1107Chip, image.Pt(64, 128), ", upside_down: true", func(x, y int) image.Point { return image.Pt(127-y, x) }},
	}
)

const (
	onI2C = "i2c: I2C1, address: 0x3D, reset: GPIO25"
	onSPI = "spi: SPI0.0, dc: GPIO24, reset: GPIO25"
)

// with runs a test of a display that begins at 07:52.
func (k kind) with(t *testing.T, parts string, test func(*fixture) error) {
	t.Helper()
	f := &fixture{Harness: plugintest.New(t), glass: simchip.NewOLED(k.chip, k.size)}
	f.connect()
	f.Run(func(task *plugins.Task) error {
		f.Task = task
		f.panel = f.Start(task, "panel", fmt.Sprintf("{plugin: display, device: {ssd1306: {chip: %s, %s%s}}, pages: [{message: Hello}, clock], "+
			"brightness: 100%%, dim: [{during: '08:00-09:00', brightness: 0%%}]}", k.name, parts, k.options))
		if err := test(f); err != nil {
			return err
		}
		if err := f.glass.Err(); err != nil {
			t.Error(err)
		}
		return f.panel.Stop(task)
	})
}

func (f *fixture) connect() {
	f.Board.AttachI2C(0x3D, f.glass)
	simchip.Attach(f.Board, "SPI0.0", "GPIO24", "GPIO25", f.glass)
}

func (f *fixture) pass(d time.Duration) {
	if err := f.Sleep(d); err != nil {
		f.T.Fatal(err)
	}
}

func (f *fixture) do(action string) {
	f.T.Helper()
	if err := f.Call("panel." + action); err != nil {
		f.T.Fatal(err)
	}
}

// mustShow compares what is seen with the published picture.
func (f *fixture) mustShow(from func(x, y int) image.Point) {
	f.T.Helper()
	published, _ := plugintest.Subscribe[topics.Picture](f.Harness, "panel", "picture").Get()
	seen, lit := f.glass.Picture(), 0
	for y := range seen.Rect.Dy() {
		for x := range seen.Rect.Dx() {
			at := from(x, y)
			if seen.GrayAt(x, y) != published.GrayAt(at.X, at.Y) {
				f.T.Fatalf("pixel %d,%d is %v", x, y, seen.GrayAt(x, y))
			}
			lit += int(seen.GrayAt(x, y).Y)
		}
	}
	if lit == 0 {
		f.T.Fatal("it is dark")
	}
}

// mustBeOK checks that the display shows what is published, and that no failure is
// reported.
func (f *fixture) mustBeOK(from func(x, y int) image.Point) {
	f.T.Helper()
	f.mustShow(from)
	if f.panel.Health.Condition != host.OK {
		f.T.Errorf("health: %s", f.panel.Health.Why)
	}
}

func TestEachDisplayShowsThePageOnI2CAndOnSPIAndEndsOff(t *testing.T) {
	for _, k := range kinds {
		for _, parts := range []string{onI2C, onSPI} {
			t.Run(k.name+k.options+" "+parts, func(t *testing.T) {
				k.with(t, parts, func(f *fixture) error {
					f.pass(time.Second)
					f.mustShow(k.from)
					sent := f.glass.Received()
					f.do("next")
					f.pass(time.Second)
					f.mustShow(k.from)
					if n := f.glass.Received() - sent; n == 0 || n >= k.size.X*k.size.Y/8 {
						t.Errorf("a new page takes %d bytes", n)
					}
					sent = f.glass.Received()
					f.pass(30 * time.Second)
					if n := f.glass.Received() - sent; n != 0 {
						t.Errorf("%d bytes were sent, though nothing changed", n)
					}
					if f.glass.Contrast() != 0xFF {
						t.Errorf("the contrast is %d", f.glass.Contrast())
					}
					f.pass(10 * time.Minute)
					if f.glass.Contrast() != 0 {
						t.Errorf("the contrast after 08:00 is %d", f.glass.Contrast())
					}
					f.mustShow(k.from)
					if err := f.panel.Stop(f.Task); err != nil {
						return err
					}
					if f.glass.On() {
						t.Error("it is on after the stop")
					}
					return nil
				})
			})
		}
	}
}

func TestTheResetLineIsLowBeforeAnythingIsSent(t *testing.T) {
	ssd1306.with(t, onI2C, func(f *fixture) error {
		f.pass(time.Millisecond)
		if f.Board.Level("GPIO25") != gpio.Low || f.glass.Received() > 0 {
			t.Errorf("the line is %v, %d bytes were sent", f.Board.Level("GPIO25"), f.glass.Received())
		}
		f.pass(time.Second)
		f.mustShow(upright)
		return nil
	})
}

func TestWhatDoesNotBelongTogetherIsRefused(t *testing.T) {
	for options, want := range map[string]string{
		"{ssd1306: {}}": "i2c or spi is required; write the bus",
		"{ssd1306: {i2c: I2C1, spi: SPI0.0, dc: GPIO24}}":    "remove i2c or spi",
		"{ssd1306: {spi: SPI0.0}}":                           "add dc, such as dc: GPIO24",
		"{ssd1306: {i2c: I2C1, dc: GPIO24}}":                 "remove dc, or write spi",
		"{ssd1306: {i2c: I2C1, height: 128}}":                "no display with an ssd1306 has 128×128 pixels; there are 128×64, 128×32",
		"{ssd1306: {chip: sh1107, i2c: I2C1, width: 64}}":    "no display with an sh1107 has 64×64 pixels",
		"{ssd1306: I2C1}":                                    "",
		"{ssd1306: {chip: sh1107, i2c: I2C1, height: 128}}":  "",
		"{ssd1306: {spi: SPI0.0, dc: GPIO24, reset: GPIO2}}": "",
	} {
		err := plugintest.Check("display", "device: "+options+"\npages: [clock]")
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", options, err)
		}
	}
}

// watched is a display whose commands to switch off are counted.
type watched struct {
	*simchip.OLED
	off int
}

func (w *watched) Tx(packet, r []byte) error {
	w.count(packet[0] == 0x40, packet[1:])
	return w.OLED.Tx(packet, r)
}

func (w *watched) Receive(data bool, packet []byte) {
	w.count(data, packet)
	w.OLED.Receive(data, packet)
}

func (w *watched) count(data bool, packet []byte) {
	if !data && bytes.IndexByte(packet, 0xAE) >= 0 {
		w.off++
	}
}

func TestARefreshDoesNotSwitchTheDisplayOff(t *testing.T) {
	for _, k := range kinds {
		for _, parts := range []string{onI2C, onSPI} {
			k.with(t, parts, func(f *fixture) error {
				f.pass(time.Second)
				w := &watched{OLED: f.glass}
				f.Board.AttachI2C(0x3D, w)
				simchip.Attach(f.Board, "SPI0.0", "GPIO24", "GPIO25", w)
				sent := f.glass.Received()
				f.pass(2 * time.Minute)
				if n := f.glass.Received() - sent; n < 2*k.size.X*k.size.Y/8 || w.off > 0 {
					t.Errorf("%s %s: %d bytes, and %d commands to switch off", k.name, parts, n, w.off)
				}
				f.mustShow(k.from)
				return nil
			})
		}
	}
}

// interrupted is a display of which one transfer takes some time and then fails.
type interrupted struct {
	*fixture
	failed bool
}

func (d *interrupted) Tx(packet, r []byte) error {
	if d.failed {
		return d.glass.Tx(packet, r)
	}
	d.failed = true
	_ = d.Delay(context.Background(), 100*time.Millisecond)
	return syscall.EIO
}

func TestADisplayIsDarkThatWasStoppedWhileARefreshFailed(t *testing.T) {
	ssd1306.with(t, onI2C, func(f *fixture) error {
		f.pass(58 * time.Second)
		device := &interrupted{fixture: f}
		f.Board.AttachI2C(0x3D, device)
		for !device.failed {
			f.pass(10 * time.Millisecond)
		}
		if err := f.panel.Stop(f.Task); err != nil {
			return err
		}
		if bytes.IndexByte(f.glass.Picture().Pix, 0xFF) >= 0 {
			t.Error("it is lit")
		}
		return nil
	})
}
