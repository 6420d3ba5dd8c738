package max7219_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"slices"
	"testing"

	"periph.io/x/conn/v3/spi"

	"ptvd/internal/gpio/sim"
	"ptvd/plugins/max7219"
)

// TestTheOptionsMeanWhatTheyMeanToLuma does to a picture what luma.led_matrix does:
// the whole is turned first (its rotate=2), then each block counter-clockwise, then the
// blocks change places; a digit's byte is a column of a block, its top in D0, and the
// block on the right is sent first.
func TestTheOptionsMeanWhatTheyMeanToLuma(t *testing.T) {
	for _, layout := range mountings() {
		t.Run(fmt.Sprintf("%+v", layout), func(t *testing.T) {
			picture := arrow(32)
			if layout.UpsideDown {
				slices.Reverse(picture.Pix)
			}
			blocks := make([][8][8]bool, 4) // [x][y]
			for i := range blocks {
				for x := range 8 {
					for y := range 8 {
						blocks[i][x][y] = picture.GrayAt(8*i+x, y).Y > 0
					}
				}
				for range (layout.Orientation + 360) % 360 / 90 {
					blocks[i] = counterClockwise(blocks[i])
				}
			}
			if layout.Reverse {
				slices.Reverse(blocks)
			}
			sent := max7219.NewChain(&layout).Update(arrow(32), 7)
			for digit := range 8 {
				var want []byte
				for _, block := range slices.Backward(blocks) {
					var column byte
					for y, lit := range block[digit] {
						if lit {
							column |= 1 << y
						}
					}
					want = append(want, byte(1+digit), column)
				}
				if got := sent[4+digit].W; !bytes.Equal(got, want) {
					t.Errorf("digit %d: % x, not % x", digit, got, want)
				}
			}
		})
	}
}

// mountings returns each way to mount the modules of a panel of four.
func mountings() (all []max7219.Config) {
	for _, orientation := range []int{0, 90, 180, -90} {
		for _, reverse := range []bool{false, true} {
			for _, upsideDown := range []bool{false, true} {
				all = append(all, max7219.Config{Width: 32, Height: 8, Orientation: orientation, Reverse: reverse, UpsideDown: upsideDown})
			}
		}
	}
	return all
}

// counterClockwise turns a block: what was on the right is on top.
func counterClockwise(block [8][8]bool) (turned [8][8]bool) {
	for x := range 8 {
		for y := range 8 {
			turned[y][7-x] = block[x][y]
		}
	}
	return turned
}

func TestNothingIsSentWhenNothingChanged(t *testing.T) {
	b := newSetup(t, 32)
	b.mustShow(arrow(32), 7)
	if packets := b.mustShow(arrow(32), 7); len(packets) != 0 {
		t.Errorf("%d packets were sent for the same picture", len(packets))
	}
}

func TestAChangedRowTakesOnePacketWhereRegistersAreRows(t *testing.T) {
	b, picture := newSetup(t, 32), arrow(32)
	b.mustShow(picture, 7)
	picture.SetGray(3, 5, color.Gray{Y: 0xff})
	picture.SetGray(30, 5, color.Gray{Y: 0xff})
	packets := b.mustShow(picture, 7)
	if len(packets) != 1 || len(packets[0].W) != 8 {
		t.Errorf("a row of four drivers took %d packets: %+v", len(packets), packets)
	}
}

func TestANewIntensityTakesOnePacket(t *testing.T) {
	b := newSetup(t, 32)
	b.mustShow(arrow(32), 7)
	if packets := b.mustShow(arrow(32), 2); len(packets) != 1 {
		t.Errorf("it took %d packets", len(packets))
	}
}

func TestResendRestoresAPanelThatLostItsPower(t *testing.T) {
	b := newSetup(t, 64)
	b.mustShow(arrow(64), 7)
	b.panel.PowerCycle()
	b.chain.Resend()
	b.mustShow(arrow(64), 7)
}

func TestResendOverwritesNoise(t *testing.T) {
	b, noise := newSetup(t, 32), rand.New(rand.NewPCG(1, 2))
	b.mustShow(arrow(32), 7)
	for range 100 {
		b.panel.Receive([]byte{byte(noise.Uint32()), byte(noise.Uint32())})
	}
	b.chain.Resend()
	b.mustShow(arrow(32), 7)
}

func TestAChangingPictureIsShown(t *testing.T) {
	b := newSetup(t, 32)
	random, picture := rand.New(rand.NewPCG(3, 4)), image.NewGray(image.Rect(0, 0, 32, 8))
	for range 500 {
		for range random.IntN(4) {
			picture.Pix[random.IntN(len(picture.Pix))] ^= 0xff
		}
		b.mustShow(picture, random.IntN(2))
	}
}

func TestOffLeavesThePanelDarkUntilTheNextPicture(t *testing.T) {
	b := newSetup(t, 32)
	b.mustShow(arrow(32), 7)
	for _, packet := range b.chain.Off() {
		b.panel.Receive(packet.W)
	}
	if lit := slices.Max(b.panel.Picture(b.mounting).Pix); lit != 0 || b.panel.On() {
		t.Errorf("an LED has brightness %d; the drivers are on: %v", lit, b.panel.On())
	}
	b.mustShow(arrow(32), 7)
}

func TestAFrameOfTheWidestPanelFitsInOneTransfer(t *testing.T) {
	chain := max7219.NewChain(&max7219.Config{Width: 256, Height: 8})
	total := 0
	for _, packet := range chain.Update(arrow(256), 7) {
		total += len(packet.W)
	}
	if total > 4096 {
		t.Errorf("it takes %d bytes; spidev passes 4096", total)
	}
}

func TestUpdateAllocatesNothing(t *testing.T) {
	chain := max7219.NewChain(&max7219.Config{Width: 32, Height: 8})
	dark, lit := image.NewGray(image.Rect(0, 0, 32, 8)), arrow(32)
	chain.Update(dark, 7)
	if n := testing.AllocsPerRun(100, func() {
		chain.Update(lit, 7)
		chain.Update(dark, 7)
	}); n != 0 {
		t.Errorf("%v allocations for two frames", n)
	}
}

func BenchmarkUpdate(b *testing.B) {
	chain := max7219.NewChain(&max7219.Config{Width: 32, Height: 8})
	pictures := []*image.Gray{image.NewGray(image.Rect(0, 0, 32, 8)), arrow(32)}
	for i := 0; b.Loop(); i++ {
		chain.Update(pictures[i%2], 7)
	}
}

// setup is a chain and the simulated panel that it drives.
type setup struct {
	t        *testing.T
	chain    *max7219.Chain
	panel    *sim.Panel
	mounting sim.Arrangement
}

// newSetup returns a panel of a row of FC-16 modules.
func newSetup(t *testing.T, width int) *setup {
	config := max7219.Config{Width: width, Height: 8, Module: "fc16"}
	return &setup{t, max7219.NewChain(&config), sim.NewPanel(width / 8), sim.Arrangement{Module: &sim.FC16}}
}

// mustShow brings a picture to the panel and compares what is seen there.
func (b *setup) mustShow(want *image.Gray, level int) []spi.Packet {
	b.t.Helper()
	packets := b.chain.Update(want, level)
	for _, packet := range packets {
		b.panel.Receive(packet.W)
	}
	if !b.panel.On() || b.panel.Testing() {
		b.t.Fatal("the drivers are in shutdown or display test mode")
	}
	for chip := range len(want.Pix) / 64 {
		if got := b.panel.Intensity(chip); got != level {
			b.t.Fatalf("driver %d has intensity %d, not %d", chip, got, level)
		}
	}
	seen := b.panel.Picture(b.mounting)
	for i := range want.Pix {
		if seen.Pix[i] != want.Pix[i] {
			b.t.Fatalf("pixel %d,%d is wrong", i%want.Stride, i/want.Stride)
		}
	}
	return packets
}

// arrow is a picture without any symmetry.
func arrow(width int) *image.Gray {
	picture := image.NewGray(image.Rect(0, 0, width, 8))
	for y := range 8 {
		for x := range width {
			if x == 4+y || x == 11-y && y < 4 || y == 0 && x%8 == 1 || x == width-1 && y > 2 || x/8 > y {
				picture.SetGray(x, y, color.Gray{Y: 0xff})
			}
		}
	}
	return picture
}
