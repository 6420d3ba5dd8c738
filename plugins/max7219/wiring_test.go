package max7219_test

import (
	"bytes"
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"ptvd/internal/gpio/sim"
	"ptvd/plugins"
	"ptvd/plugins/max7219"
	"ptvd/plugins/panel"
)

var modules = map[string]*sim.Module{"fc16": &sim.FC16, "generic": &sim.Generic, "parola": &sim.Parola, "icstation": &sim.ICStation}

// shown returns what a panel shows of a picture that is sent with some options.
func shown(c *max7219.Config, mounting sim.Arrangement, picture *image.Gray) *image.Gray {
	chain := sim.NewPanel(c.Width / 8 * c.Height / 8)
	for _, packet := range max7219.NewChain(c).Update(picture, 7) {
		chain.Receive(packet.W)
	}
	return chain.Picture(mounting)
}

// tall is a picture of two rows without any symmetry.
func tall(width int) *image.Gray {
	picture := image.NewGray(image.Rect(0, 0, width, 16))
	copy(picture.Pix, arrow(width).Pix)
	copy(picture.Pix[width*10:], arrow(width).Pix[:width*4])
	return picture
}

// TestEachModuleShowsThePictureInEachHanging goes through the options that a file may
// give for each kind of module, which hangs with its data input at the left or at the
// right. Without module they mean what they have always meant.
func TestEachModuleShowsThePictureInEachHanging(t *testing.T) {
	for _, test := range []struct {
		module   string
		dinRight bool
		options  []max7219.Config
	}{
		{"fc16", false, []max7219.Config{{Module: "fc16"}, {Orientation: -90}}},
		{"fc16", true, []max7219.Config{{Module: "fc16", UpsideDown: true}, {Orientation: 90, Reverse: true}, {Orientation: -90, UpsideDown: true}}},
		{"generic", false, []max7219.Config{{Module: "generic"}, {}}},
		{"generic", true, []max7219.Config{{Module: "generic", UpsideDown: true}, {Orientation: 180, Reverse: true}, {UpsideDown: true}}},
		{"icstation", false, []max7219.Config{{Module: "icstation"}, {Orientation: 90}}},
		{"icstation", true, []max7219.Config{{Module: "icstation", UpsideDown: true}, {Orientation: 90, UpsideDown: true}}},
		{"parola", false, []max7219.Config{{Module: "parola"}, {Orientation: -90, Mirror: true}}},
		{"parola", true, []max7219.Config{{Module: "parola", UpsideDown: true}}},
	} {
		for _, c := range test.options {
			c.Width, c.Height = 32, 8
			t.Run(fmt.Sprintf("%s, DIN right %v, %+v", test.module, test.dinRight, c), func(t *testing.T) {
				want := arrow(32)
				if got := shown(&c, sim.Arrangement{Module: modules[test.module], DINRight: test.dinRight}, want); !bytes.Equal(got.Pix, want.Pix) {
					t.Error("the picture is not upright")
				}
			})
		}
	}
}

func TestWithoutMirrorNothingFitsParola(t *testing.T) {
	for _, c := range mountings() {
		if want := arrow(32); bytes.Equal(shown(&c, sim.Arrangement{Module: &sim.Parola}, want).Pix, want.Pix) {
			t.Errorf("%+v", c)
		}
	}
}

func TestTwoRowsAreOnePicture(t *testing.T) {
	for rows, mounting := range map[string]sim.Arrangement{
		"straight":    {},
		"zigzag":      {Zigzag: true},
		"straight_up": {Upwards: true},
		"zigzag_up":   {Zigzag: true, Upwards: true},
	} {
		for name, module := range modules {
			for _, dinRight := range []bool{false, true} {
				c := max7219.Config{Width: 64, Height: 16, Module: name, Rows: rows, UpsideDown: dinRight}
				mounting.Rows, mounting.Module, mounting.DINRight = 2, module, dinRight
				if want := tall(64); !bytes.Equal(shown(&c, mounting, want).Pix, want.Pix) {
					t.Errorf("%+v: the picture is wrong", c)
				}
			}
		}
	}
}

// TestTroubleshootNamesTheLineThatMakesThePictureRight lets a person answer what is seen
// on each panel while the options are those of each other one.
func TestTroubleshootNamesTheLineThatMakesThePictureRight(t *testing.T) {
	for _, height := range []int{8, 16} {
		var options []max7219.Config
		var mountings []sim.Arrangement
		for name, module := range modules {
			for i := range 2 * height / 8 * height / 8 {
				rows := []string{"straight", "zigzag", "straight_up", "zigzag_up"}[i/2]
				options = append(options, max7219.Config{
					SPI: "SPI0.0", Hz: 1_000_000, Width: 32, Height: height, Refresh: 3 * time.Second,
					Module: name, Rows: rows, UpsideDown: i%2 == 1,
				})
				mountings = append(mountings, sim.Arrangement{
					Module: module, DINRight: i%2 == 1,
					Rows: height / 8, Zigzag: strings.HasPrefix(rows, "zigzag"), Upwards: strings.HasSuffix(rows, "_up"),
				})
			}
		}
		for _, c := range options {
			for i, mounting := range mountings {
				if height == 16 && (c.Module != "fc16" || c.Rows != "straight") {
					continue // the rest is as in one row
				}
				troubleshoot(t, c, mounting, options[i])
			}
		}
	}
}

func troubleshoot(t *testing.T, c max7219.Config, mounting sim.Arrangement, right max7219.Config) {
	t.Helper()
	pattern := panel.Pattern(c.Size())
	seen := shown(&c, mounting, pattern)
	advice, err := c.Troubleshoot(pattern, func(question string, pictures []*image.Gray) (int, error) {
		return slices.IndexFunc(pictures, func(p *image.Gray) bool {
			if p.Rect.Dx() < c.Width { // where one module looks so
				return contains(seen, p)
			}
			return bytes.Equal(p.Pix, seen.Pix)
		}), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(seen.Pix, pattern.Pix) {
		if advice != "The options of the panel are right." {
			t.Errorf("%+v on %+v: %s", c, mounting, advice)
		}
		return
	}
	_, line, _ := strings.Cut(advice, "\n")
	var got struct {
		Device struct{ Max7219 max7219.Config }
	}
	got.Device.Max7219 = max7219.Config{Hz: c.Hz, Height: 8, Rows: "straight", Refresh: c.Refresh}
	if err := yaml.Unmarshal([]byte(line), &got); err != nil {
		t.Fatalf("%v: %s", err, advice)
	}
	if got.Device.Max7219 != right {
		t.Errorf("%+v on %+v: %s", c, mounting, advice)
	}
}

// contains tells whether one of the modules looks like a picture.
func contains(seen, module *image.Gray) bool {
	for y := 0; y < seen.Rect.Dy(); y += 8 {
		for x := 0; x < seen.Rect.Dx(); x += 8 {
			same := true
			for i := range 64 {
				same = same && seen.GrayAt(x+i%8, y+i/8) == module.GrayAt(module.Rect.Min.X+i%8, module.Rect.Min.Y+i/8)
			}
			if same {
				return true
			}
		}
	}
	return false
}

func TestAPanelThatShowsNothingOfThatHasOtherTroubles(t *testing.T) {
	c := max7219.Config{Width: 32, Height: 8, Rows: "straight"}
	advice, err := c.Troubleshoot(panel.Pattern(c.Size()), func(string, []*image.Gray) (int, error) { return -1, nil })
	if err != nil || !strings.Contains(advice, "Check the power") {
		t.Errorf("%s, %v", advice, err)
	}
}

func TestAFileWithoutModuleKeepsItsPictureAndIsToldWhatToWrite(t *testing.T) {
	for want, c := range map[string]max7219.Config{
		"module: generic":                 {},
		"module: fc16":                    {Orientation: -90},
		"module: icstation":               {Orientation: 90},
		"module: fc16, upside_down: true": {Orientation: 90, Reverse: true},
		"module: fc16, orientation: -90":  {Orientation: 180},
	} {
		c.Width, c.Height, c.Rows = 32, 8, "straight"
		var warning *plugins.OptionError
		err := c.Validate()
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			warning, _ = joined.Unwrap()[0].(*plugins.OptionError)
		}
		if warning == nil || !warning.Warning || !strings.HasSuffix(warning.Error(), "The present options mean the same as "+want) {
			t.Errorf("%+v: %v; want %s", c, err, want)
		}
	}
}
