package ssd1322_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/internal/gpio/sim/simchip"
	"ptvd/plugins/ssd1322"
)

// wire is an SPI port with a D/C line, whose bytes go to a display.
type wire struct {
	spi.Conn
	dc      line
	to      *simchip.SSD1322 // nil: nowhere
	hz      physic.Frequency
	bytes   int
	fails   int // transfers from now on; 0: none
	longest int
}

// line is a line that is an output.
type line struct {
	gpio.PinOut
	level gpio.Level
}

func (l *line) Out(level gpio.Level) error {
	l.level = level
	return nil
}

func (w *wire) String() string { return "SPI" }
func (w *wire) MaxTxSize() int { return 4096 }
func (w *wire) Tx(packet, _ []byte) error {
	if w.fails--; w.fails == 0 {
		return errors.New("input/output error")
	}
	w.bytes += len(packet)
	w.longest = max(w.longest, len(packet))
	if w.to != nil {
		w.to.Receive(w.dc.level == gpio.High, packet)
	}
	return nil
}

func (w *wire) Connect(f physic.Frequency, _ spi.Mode, _ int) (spi.Conn, error) {
	w.hz = f
	return w, nil
}

// newDev returns a display on a wire.
func newDev(t testing.TB, w *wire, opts ssd1322.Opts) *ssd1322.Dev {
	t.Helper()
	dev, err := ssd1322.New(w, &w.dc, &opts)
	if err != nil {
		t.Fatal(err)
	}
	return dev
}

// draw draws a picture and returns how many bytes that took.
func (w *wire) draw(t testing.TB, dev *ssd1322.Dev, picture image.Image) int {
	t.Helper()
	before := w.bytes
	if err := dev.Draw(dev.Bounds(), picture, image.Point{}); err != nil {
		t.Fatal(err)
	}
	return w.bytes - before
}

// mustSee compares what is seen with a picture, in 16 greys.
func (w *wire) mustSee(t testing.TB, want *image.Gray) {
	t.Helper()
	if err := w.to.Err(); err != nil {
		t.Fatal(err)
	}
	seen := w.to.Picture()
	for i, grey := range want.Pix {
		if seen.Pix[i]>>4 != grey>>4 {
			t.Fatalf("pixel %d,%d is %#02x, want %#02x", i%256, i/256, seen.Pix[i], grey)
		}
	}
}

func random(seed uint64) *image.Gray {
	picture, rng := image.NewGray(image.Rect(0, 0, 256, 64)), rand.New(rand.NewPCG(seed, 0))
	for i := range picture.Pix {
		picture.Pix[i] = uint8(rng.Uint32())
	}
	return picture
}

func clone(picture *image.Gray) *image.Gray {
	c := *picture
	c.Pix = bytes.Clone(picture.Pix)
	return &c
}

func TestThePictureIsSeenInSixteenGreys(t *testing.T) {
	for _, rotated := range []bool{false, true} {
		w := &wire{to: simchip.NewSSD1322()}
		dev := newDev(t, w, ssd1322.Opts{Frequency: physic.MegaHertz, Rotated: rotated})
		if w.to.On() {
			t.Error("it is on before there is a picture")
		}
		picture := random(1)
		w.draw(t, dev, picture)
		if rotated {
			for i, j := 0, len(picture.Pix)-1; i < j; i, j = i+1, j-1 {
				picture.Pix[i], picture.Pix[j] = picture.Pix[j], picture.Pix[i]
			}
		}
		w.mustSee(t, picture)
		if w.hz != physic.MegaHertz || w.longest > w.MaxTxSize() {
			t.Errorf("at %v, up to %d bytes", w.hz, w.longest)
		}
	}
}

func TestOnlyTheColumnsAndRowsThatDifferAreSent(t *testing.T) {
	const opening = 7  // bytes for a window
	const sameSide = 3 // fewer, for one with the rows or the columns of the last
	picture := random(1)
	for _, test := range []struct {
		name  string
		lit   []image.Rectangle
		bytes int
	}{
		{"nothing", nil, 0},
		{"a pixel", []image.Rectangle{image.Rect(9, 9, 10, 10)}, opening + 2},
		{"a column of four pixels, and one more", []image.Rectangle{image.Rect(8, 5, 13, 6)}, opening + 4},
		{"two digits beside each other in one window", []image.Rectangle{image.Rect(8, 0, 14, 9), image.Rect(15, 0, 20, 9)}, opening + 3*2*9},
		{"a column that stays between two in one window", []image.Rectangle{image.Rect(8, 5, 12, 6), image.Rect(16, 5, 20, 6)}, opening + 3*2},
		{"two that are apart in two", []image.Rectangle{image.Rect(8, 0, 16, 10), image.Rect(24, 0, 32, 10)}, 2*opening - sameSide + 2*2*2*10},
		{"two lines of a corner in two", []image.Rectangle{image.Rect(0, 0, 40, 2), image.Rect(0, 2, 4, 20)}, 2*opening + 10*2*2 + 2*18},
		{"a digit in each of four rows of text", []image.Rectangle{image.Rect(8, 0, 16, 9), image.Rect(8, 12, 16, 21), image.Rect(8, 24, 16, 33), image.Rect(8, 36, 16, 45)}, 4*opening - 3*sameSide + 4*2*2*9},
		{"two digits of the same columns one after the other, and the bar between them", []image.Rectangle{image.Rect(8, 0, 16, 9), image.Rect(4, 12, 20, 14), image.Rect(8, 24, 16, 33)}, 3*opening - sameSide + 2*2*2*9 + 4*2*2},
		{"what is far from each other in two", []image.Rectangle{image.Rect(0, 0, 4, 8), image.Rect(252, 4, 256, 8)}, 2*opening + 2*8 + 2*4},
		{"rows of text in one each", []image.Rectangle{image.Rect(0, 0, 8, 8), image.Rect(4, 9, 12, 17)}, 2*opening + 2*4*8},
		{"all of it", []image.Rectangle{image.Rect(0, 0, 256, 64)}, opening - 2*sameSide + 8192},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := &wire{to: simchip.NewSSD1322()}
			dev := newDev(t, w, ssd1322.DefaultOpts)
			w.draw(t, dev, picture)
			next := clone(picture)
			for _, r := range test.lit {
				for y := r.Min.Y; y < r.Max.Y; y++ {
					for x := r.Min.X; x < r.Max.X; x++ {
						next.Pix[next.PixOffset(x, y)] ^= 0xFF
					}
				}
			}
			if n := w.draw(t, dev, next); n != test.bytes {
				t.Errorf("%d bytes, want %d", n, test.bytes)
			}
			w.mustSee(t, next)
		})
	}
}

func TestAGreyThatLooksTheSameIsNotSent(t *testing.T) {
	w := &wire{to: simchip.NewSSD1322()}
	dev, picture := newDev(t, w, ssd1322.DefaultOpts), image.NewGray(image.Rect(0, 0, 256, 64))
	w.draw(t, dev, picture)
	picture.Pix[100] = 0x0F
	if n := w.draw(t, dev, picture); n != 0 {
		t.Errorf("%d bytes", n)
	}
}

func TestAfterAFailedTransferEverythingIsSent(t *testing.T) {
	w := &wire{to: simchip.NewSSD1322()}
	dev := newDev(t, w, ssd1322.DefaultOpts)
	w.draw(t, dev, random(1))
	w.fails = 3
	if err := dev.Draw(dev.Bounds(), random(2), image.Point{}); err == nil {
		t.Fatal("no error")
	}
	w.draw(t, dev, random(2))
	w.mustSee(t, random(2))
}

func TestHaltSwitchesOffAndAPictureOn(t *testing.T) {
	w := &wire{to: simchip.NewSSD1322()}
	dev := newDev(t, w, ssd1322.DefaultOpts)
	w.draw(t, dev, random(1))
	if err := dev.Halt(); err != nil || w.to.On() {
		t.Error("it is on", err)
	}
	w.draw(t, dev, random(1))
	w.mustSee(t, random(1))
}

func TestOtherPicturesAndPartsOfThemAreDrawn(t *testing.T) {
	w := &wire{to: simchip.NewSSD1322()}
	dev := newDev(t, w, ssd1322.DefaultOpts)
	want := random(1)
	w.draw(t, dev, want)
	part := image.Rect(10, 20, 33, 40)
	for _, source := range []image.Image{random(2), image.NewUniform(color.Gray{Y: 0x80})} {
		if err := dev.Draw(part, source, image.Pt(5, 6)); err != nil {
			t.Fatal(err)
		}
		for y := part.Min.Y; y < part.Max.Y; y++ {
			for x := part.Min.X; x < part.Max.X; x++ {
				want.Set(x, y, source.At(x-part.Min.X+5, y-part.Min.Y+6))
			}
		}
		w.mustSee(t, want)
	}
	if err := dev.Draw(image.Rect(250, 60, 300, 100), random(3), image.Pt(200, 50)); err != nil { // partly outside
		t.Fatal(err)
	}
}

func TestAPictureIsDrawnWithoutAnAllocation(t *testing.T) {
	w := &wire{}
	dev := newDev(t, w, ssd1322.DefaultOpts)
	pictures := []*image.Gray{random(1), random(2)}
	i := 0
	draw := func() {
		if err := dev.Draw(dev.Bounds(), pictures[i%2], image.Point{}); err != nil {
			t.Fatal(err)
		}
		i++
	}
	draw() // the buffer grows once
	if n := testing.AllocsPerRun(10, draw); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzDev draws one picture after the other, which differ in parts.
func FuzzDev(f *testing.F) {
	f.Add([]byte{0, 0, 255, 63, 9, 9, 9, 9, 4, 3, 2, 1}, false)
	f.Add([]byte{10, 10, 4, 4, 200, 9, 20, 20, 0, 0, 0, 0, 255, 63, 1, 1}, true)
	f.Fuzz(func(t *testing.T, boxes []byte, halt bool) {
		w := &wire{to: simchip.NewSSD1322()}
		dev := newDev(t, w, ssd1322.DefaultOpts)
		picture := image.NewGray(dev.Bounds())
		for ; len(boxes) >= 4; boxes = boxes[4:] {
			at := image.Pt(int(boxes[0]), int(boxes[1]))
			box := image.Rectangle{at, at.Add(image.Pt(int(boxes[2]), int(boxes[3])))}.Intersect(picture.Rect)
			for y := box.Min.Y; y < box.Max.Y; y++ {
				for x := box.Min.X; x < box.Max.X; x++ {
					picture.Pix[picture.PixOffset(x, y)] += 0x10 | boxes[2]
				}
			}
			if len(boxes)%3 == 0 {
				continue // several boxes in one picture
			}
			if halt && len(boxes)%5 == 0 {
				if err := dev.Halt(); err != nil {
					t.Fatal(err)
				}
			}
			w.draw(t, dev, picture)
			w.mustSee(t, picture)
		}
	})
}

// BenchmarkDraw draws a text that scrolls through 16 rows below rows that stand, which
// is what the busiest page does, and the same picture again.
func BenchmarkDraw(b *testing.B) {
	for _, test := range []struct {
		name string
		rows int // that scroll
	}{{"unchanged", 0}, {"ticker", 16}, {"everything", 64}} {
		b.Run(test.name, func(b *testing.B) {
			w := &wire{}
			dev := newDev(b, w, ssd1322.DefaultOpts)
			pictures := []*image.Gray{random(1), random(1)}
			copy(pictures[1].Pix[(64-test.rows)*256:], random(2).Pix[:test.rows*256])
			w.draw(b, dev, pictures[1])
			w.bytes = 0
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				w.draw(b, dev, pictures[i%2])
			}
			b.ReportMetric(float64(w.bytes)/float64(b.N), "sent-B/op")
		})
	}
}
