package config

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"ptvd/internal/gpio/header"
)

// onBoard checks files on a machine with this device tree, until the end of the test.
func onBoard(t *testing.T, properties map[string]string) {
	t.Helper()
	tree := fstest.MapFS{}
	for name, text := range properties {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	board := header.Read(fs.FS(tree))
	before := thisBoard
	thisBoard = func() *header.Board { return board }
	t.Cleanup(func() { thisBoard = before })
}

func TestTheBoardDecidesWhichPWMOutputsThereAre(t *testing.T) {
	const (
		pi3   = "raspberrypi,3-model-b\x00brcm,bcm2837\x00"
		pi5   = "raspberrypi,5-model-b\x00brcm,bcm2712\x00"
		lamps = "plugins: {a: {plugin: lamp, output: GPIO12}, b: {plugin: lamp, output: GPIO18}}\n"
	)
	for name, c := range map[string]struct {
		compatible, text, want string
		warns                  bool
	}{
		"two on one channel of a Raspberry Pi 3":   {compatible: pi3, text: lamps, want: "GPIO18 and GPIO12 (line 1) are the same PWM channel of a Raspberry Pi 3 or Zero 2; use GPIO13 or GPIO19"},
		"two on one channel of an unknown machine": {compatible: "x", text: lamps, want: "GPIO18 and GPIO12 (line 1) are the same PWM channel on boards up to the Raspberry Pi 4; use GPIO13 or GPIO19 on those", warns: true},
		"two channels of a Raspberry Pi 5":         {compatible: pi5, text: lamps},
		"two on one channel of a Raspberry Pi 5":   {compatible: pi5, text: strings.Replace(lamps, "GPIO12", "GPIO14", 1), want: "GPIO18 and GPIO14 (line 1) are the same PWM channel of a Raspberry Pi 5; use GPIO12, GPIO13, GPIO19 or GPIO15"},
		"a line without PWM":                       {compatible: pi3, text: "plugins: {a: {plugin: lamp, output: GPIO17}}\n", want: "GPIO17 is no PWM output of a Raspberry Pi 3 or Zero 2; use GPIO12, GPIO18, GPIO13 or GPIO19"},
		"a channel by its own name":                {compatible: pi3, text: "plugins: {a: {plugin: lamp, output: pwmchip0/0}}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			onBoard(t, map[string]string{"compatible": c.compatible})
			file, err := Parse("f", []byte(c.text), 0o600)
			got := ""
			switch {
			case err != nil:
				got = err.Error()
			case file.Warnings != nil:
				got = file.Warnings.Error()
			}
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) || c.want != "" && c.warns != (err == nil) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestALineThatTheHeaderLacksIsAWarning(t *testing.T) {
	onBoard(t, map[string]string{"compatible": "raspberrypi,model-b-rev2\x00brcm,bcm2835\x00"})
	file, err := Parse("f", []byte("plugins: {a: {plugin: bell, pin: GPIO17, on_press: b.toggle}, c: {plugin: bell, pin: GPIO5, on_press: b.toggle}, b: {plugin: lamp, output: GPIO18}}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Warnings) != 1 || !strings.Contains(file.Warnings[0].String(), "GPIO5 is not on the header of this board, which has 26 pins") {
		t.Errorf("%v", file.Warnings)
	}
}

func TestThePWMChannelThatTheDeviceTreeRoutesElsewhereIsRefused(t *testing.T) {
	onBoard(t, map[string]string{
		"compatible":                           "brcm,bcm2837\x00",
		"soc/gpio@7e200000/compatible":         "brcm,bcm2835-gpio\x00",
		"soc/gpio@7e200000/pwm_pins/phandle":   "\x00\x00\x00\x01",
		"soc/gpio@7e200000/pwm_pins/brcm,pins": "\x00\x00\x00\x12",
		"soc/pwm@7e20c000/pinctrl-0":           "\x00\x00\x00\x01",
	})
	_, err := Parse("f", []byte("plugins: {a: {plugin: lamp, output: GPIO12}}\n"), 0o600)
	if err == nil || !strings.Contains(err.Error(), "the device tree routes the PWM channel of GPIO12 to GPIO18; use that") {
		t.Errorf("got %v", err)
	}
	if _, err := Parse("f", []byte("plugins: {a: {plugin: lamp, output: GPIO18}}\n"), 0o600); err != nil {
		t.Errorf("GPIO18: %v", err)
	}
}
