package cli

import (
	"strings"
	"testing"

	"ptvd/internal/config"
	"ptvd/internal/gpio/periph"
	_ "ptvd/plugins/all"
)

func TestCheckLooksUpLinesOnTheBoard(t *testing.T) {
	const yaml = `expanders: {porch: {mcp23017: {i2c: I2C1, address: 0x20}}}
plugins:
  a: {plugin: button, pin: GPIO17, on_press: lamp.toggle}
  b: {plugin: button, pin: GPIO30, on_press: lamp.toggle}
  c: {plugin: button, pin: STATUS_LED, on_press: lamp.toggle}
  d: {plugin: button, pin: porch.GPA0, on_press: lamp.toggle}
  lamp: {plugin: fade, output: GPIO18, encoder: {a: CTS0, b: RTS0}}
`
	header := periph.Chip{Label: "pinctrl-bcm2835", Lines: []periph.Line{{Name: "GPIO17"}, {Name: "STATUS_LED"}, {Name: "CTS0"}}}
	for name, c := range map[string]struct {
		chips []periph.Chip
		board string
		want  []string
	}{
		"the board": {[]periph.Chip{header}, "", []string{
			"5:28: plugins.b.pin: no GPIO line is named GPIO30: `ptvd pins` lists the lines",
			"8:62: plugins.lamp.encoder.b: no GPIO line is named RTS0",
		}},
		"the simulated board":      {[]periph.Chip{header}, "sim", nil},
		"another machine":          {[]periph.Chip{{Label: "AMDI0030:00", Lines: []periph.Line{{}}}}, "", nil},
		"no machine with lines":    {nil, "", nil},
		"a chip that is not known": {[]periph.Chip{header, {Problem: "permission denied"}}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if c.board == "" {
				c.board = "periph"
			}
			file, err := config.Parse("f", []byte("board: "+c.board+"\n"+yaml), 0o600)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			if err := checkLines(c.chips, file); err != nil {
				for _, d := range err.(configError).error.(config.Diagnostics) {
					got = append(got, d.String())
				}
			}
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], "f:"+c.want[i]) {
					t.Errorf("got %s, want f:%s", got[i], c.want[i])
				}
			}
		})
	}
}
