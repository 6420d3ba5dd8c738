package max7219

import (
	"fmt"
	"image"
	"slices"
	"strings"

	"ptvd/plugins/panel"
)

// wirings returns a Config for each way to wire and to mount a panel of this size, with
// as few options as possible. Those that need fewer come first.
func (c *Config) wirings() []Config {
	rows := []string{"straight"}
	if c.Height > 8 {
		rows = []string{"straight", "zigzag", "straight_up", "zigzag_up"}
	}
	var byOddity [maxOddity + 1][]Config
	for _, module := range []string{"fc16", "generic", "icstation", "parola"} {
		for _, row := range rows {
			for i := range 32 {
				w := *c
				w.Module, w.Rows, w.Orientation = module, row, []int{0, 90, 180, -90}[i/8]
				w.UpsideDown, w.Reverse, w.Mirror = i&1 > 0, i&2 > 0, i&4 > 0
				n := w.oddity()
				byOddity[n] = append(byOddity[n], w)
			}
		}
	}
	var tables [][]led
	return slices.DeleteFunc(slices.Concat(byOddity[:]...), func(w Config) bool {
		table := w.leds()
		known := slices.ContainsFunc(tables, func(t []led) bool { return slices.Equal(t, table) })
		if !known {
			tables = append(tables, table)
		}
		return known
	})
}

// maxOddity is that of a wiring with all five options, of which three count twice.
const maxOddity = 5 + 3

// oddity returns how many options the wiring takes. The last ones, which hardly any panel
// needs, count twice.
func (c Config) oddity() int {
	n := strings.Count(c.wiring(), ",")
	for _, odd := range []bool{c.Mirror, c.Orientation != 0, c.Reverse} {
		if odd {
			n++
		}
	}
	return n
}

// simplest returns the options among all wirings that mean the same as these.
func (c *Config) simplest(all []Config) Config {
	want := c.leds()
	for _, w := range all {
		if slices.Equal(w.leds(), want) {
			return w
		}
	}
	return *c
}

// wiring returns the options of the wiring as the file has them.
func (c Config) wiring() string {
	options := []string{"module: " + c.Module}
	for _, option := range []struct {
		given bool
		text  string
	}{
		{c.UpsideDown, "upside_down: true"},
		{c.Rows != "" && c.Rows != defaults.Rows, "rows: " + c.Rows},
		{c.Mirror, "mirror: true"},
		{c.Orientation != 0, fmt.Sprintf("orientation: %d", c.Orientation)},
		{c.Reverse, "reverse: true"},
	} {
		if option.given {
			options = append(options, option.text)
		}
	}
	return strings.Join(options, ", ")
}

// yaml returns the device as the file has it, in a line.
func (c Config) yaml() string {
	options := []string{fmt.Sprintf("spi: %s", c.SPI)}
	for _, option := range []struct {
		given bool
		text  string
	}{
		{c.Hz != defaults.Hz, fmt.Sprintf("hz: %d", c.Hz)},
		{true, fmt.Sprintf("width: %d", c.Width)},
		{c.Height != defaults.Height, fmt.Sprintf("height: %d", c.Height)},
		{true, c.wiring()},
		{c.Refresh != defaults.Refresh, fmt.Sprintf("refresh: %v", c.Refresh)},
	} {
		if option.given {
			options = append(options, option.text)
		}
	}
	return "device: {max7219: {" + strings.Join(options, ", ") + "}}"
}

// Troubleshoot asks what is seen of the first module and then, where that leaves
// several wirings, of the panel. It returns the line with the options that make the
// picture right.
func (c *Config) Troubleshoot(picture *image.Gray, ask panel.Ask) (advice string, err error) {
	type look struct {
		wiring        Config
		module, panel *image.Gray
	}
	var looks []look
	all := c.wirings()
	present := c.simplest(all)
	for _, w := range append([]Config{present}, all...) {
		seen, module := c.seenOn(&w, picture)
		looks = append(looks, look{w, module, seen})
	}
	for _, question := range []struct {
		text string
		of   func(look) *image.Gray
	}{
		{"Find the F on the panel. Which picture shows how its module looks?", func(l look) *image.Gray { return l.module }},
		{"Which picture shows the whole panel?", func(l look) *image.Gray { return l.panel }},
	} {
		var pictures []*image.Gray
		for _, l := range looks {
			if !slices.ContainsFunc(pictures, func(p *image.Gray) bool { return equal(p, question.of(l)) }) {
				pictures = append(pictures, question.of(l))
			}
		}
		if len(pictures) == 1 {
			continue
		}
		answer, err := ask(question.text, pictures)
		if err != nil || answer < 0 {
			return "Check the power, the wires and the chip select line of the panel, and its width and height.", err
		}
		looks = slices.DeleteFunc(looks, func(l look) bool { return !equal(question.of(l), pictures[answer]) })
	}
	right := looks[0].wiring
	if c.Module != "" && right == present {
		return "The options of the panel are right.", nil
	}
	return "Write this in the configuration:\n" + right.yaml(), nil
}

// seenOn returns what is seen of a picture that is sent with these options to a panel
// that is wired in another way: all of it, and the module with its upper left corner.
func (c *Config) seenOn(w *Config, picture *image.Gray) (seen, module *image.Gray) {
	seen = image.NewGray(picture.Rect)
	places := map[led]int{}
	for i, led := range w.leds() {
		places[led] = i
	}
	var corner image.Point
	for i, led := range c.leds() {
		at := places[led]
		seen.Pix[at] = picture.Pix[i]
		if i == 0 {
			corner = image.Pt(at%c.Width/8*8, at/c.Width/8*8)
		}
	}
	module = seen.SubImage(image.Rectangle{corner, corner.Add(image.Pt(8, 8))}).(*image.Gray)
	return seen, module
}

// equal compares what two pictures show, wherever their corners are.
func equal(a, b *image.Gray) bool {
	size := a.Rect.Size()
	if size != b.Rect.Size() {
		return false
	}
	for y := range size.Y {
		for x := range size.X {
			if a.GrayAt(a.Rect.Min.X+x, a.Rect.Min.Y+y) != b.GrayAt(b.Rect.Min.X+x, b.Rect.Min.Y+y) {
				return false
			}
		}
	}
	return true
}
