package configs_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ptvd/internal/config"
	"ptvd/internal/config/schematest"
	"ptvd/internal/gpio/sim"
	_ "ptvd/plugins/all"
	"ptvd/plugins/display"
	"ptvd/plugins/max7219"
	"ptvd/plugins/panel"
)

func TestEveryExampleIsAGoodConfiguration(t *testing.T) {
	for _, name := range examples(t) {
		if file, err := parse(t, name); err != nil {
			t.Error(err)
		} else if file.Warnings != nil && name != "ledstrip.yaml" {
			t.Error(file.Warnings)
		} else if len(file.Warnings) > 1 || file.Warnings != nil && !strings.Contains(file.Warnings[0].Message, "are the same PWM channel") {
			t.Errorf("it is for a Raspberry Pi 5, and no more is to be said of it: %v", file.Warnings)
		}
	}
}

func TestAnEditorFindsNothingWrongWithAnExample(t *testing.T) {
	for _, name := range examples(t) {
		if err := schematest.Validate(t, read(t, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnEditorFindsWhatIsWrong(t *testing.T) {
	reference := read(t, "reference.yaml")
	for right, wrong := range map[string]string{
		"gamma: 2.8":          "gamma: [2.8]",
		"hours: 24":           "hours: 25",
		"platforms: [1, 2]":   "platforms: [[1], 2]",
		"every: 10m":          "every: 10",
		"pin: GPIO17":         "pin: 17",
		"remote_control":      "remote",
		"plugin: fade":        "plugin: faded",
		"stop: 1099":          "stop: none",
		"- 0.au.pool.ntp.org": "- [0.au.pool.ntp.org]",
		"on_click: panel.":    "on_click: panel ",
		"brightness: 5%":      "brightness: 5",
		"count: 10":           "count: 31",
		"orientation: 0":      "orientation: 45",
		"module: fc16":        "module: fc17",
		"blank: [23:30-":      "blank: [23.30-",
		"spi: SPI0.0":         "spi: 0",
		"upside_down: false":  "upside_down: 'false'",
	} {
		text := strings.Replace(reference, right, wrong, 1)
		if text == reference {
			t.Errorf("the reference has no %s", right)
		} else if err := schematest.Validate(t, text); err == nil {
			t.Errorf("%s passes", wrong)
		}
	}
}

// TestTheExamplesFitThePanelOfTheREADME sends a picture to FC-16 modules, which hang with
// the data input at the left, and with upside_down at the right.
func TestTheExamplesFitThePanelOfTheREADME(t *testing.T) {
	for _, name := range []string{"uptv.yaml", "start.yaml", "demo.yaml"} {
		file, err := parse(t, name)
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(file.Instances, func(i config.Instance) bool { return i.Name == "panel" })
		device := file.Instances[at].Config.(display.Config).Device.Value.(*max7219.Config)
		pattern := panel.Pattern(device.Size())
		for _, dinRight := range []bool{false, true} {
			device.UpsideDown = dinRight
			chain := sim.NewPanel(4)
			for _, packet := range max7219.NewChain(device).Update(pattern, 7) {
				chain.Receive(packet.W)
			}
			if seen := chain.Picture(sim.Arrangement{Module: &sim.FC16, DINRight: dinRight}); !bytes.Equal(seen.Pix, pattern.Pix) {
				t.Errorf("%s: with DIN at the right (%v) the picture is wrong", name, dinRight)
			}
		}
	}
}

func TestButtonsThatPressEachOtherAreRefused(t *testing.T) {
	_, err := config.Parse("ring.yaml", []byte(`plugins:
  a: {plugin: button, pin: GPIO10, on_press: b.press}
  b: {plugin: button, pin: GPIO11, on_press: a.press}
  c: {plugin: button, pin: GPIO12, on_press: c.press}
`), 0o644)
	found, _ := err.(config.Diagnostics)
	if len(found) != 2 || found[0].Path != "plugins.a.on_press[0]" || !strings.Contains(found[0].Message, "a.press -> b.press -> a.press") ||
		found[1].Path != "plugins.c.on_press[0]" || !strings.Contains(found[1].Message, "c.press -> c.press") {
		t.Errorf("got %v", err)
	}
}

// TestTheInstalledFileStartsFromEitherSource takes the "# " away from one of the sources in it.
func TestTheInstalledFileStartsFromEitherSource(t *testing.T) {
	for instance, plugin := range map[string]string{"departures": "motis", "trains": "ptv"} {
		var text strings.Builder
		within := false
		for line := range strings.Lines(read(t, "start.yaml")) {
			rest, commented := strings.CutPrefix(line, "  # ")
			if within = commented && (within && strings.HasPrefix(rest, " ") || rest == instance+":\n"); within {
				line = "  " + rest
			}
			text.WriteString(strings.Replace(line, "pages: [clock", "pages: [{departures: "+instance+"}, clock", 1))
		}
		file, err := parseText(t, "start.yaml", text.String())
		if err != nil || !slices.ContainsFunc(file.Instances, func(i config.Instance) bool { return i.Definition.Name == plugin && i.Name == instance }) {
			t.Errorf("%s: %v in\n%s", instance, err, &text)
		}
	}
}

func examples(t *testing.T) []string {
	t.Helper()
	examples, err := filepath.Glob("*.yaml")
	if err != nil || len(examples) < 4 {
		t.Fatalf("examples: %v, %v", examples, err)
	}
	return examples
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// parse reads a file as if anybody might, so that no example holds a secret.
func parse(t *testing.T, name string) (*config.File, error) {
	t.Helper()
	return parseText(t, name, read(t, name))
}

// parseText reads the text of a file. The programs in it are where the package installs
// them; here they are in the folder examples.
func parseText(t *testing.T, name, text string) (*config.File, error) {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return config.Parse(name, []byte(strings.ReplaceAll(text, "/usr/share/doc/ptvd/examples", root+"/examples")), 0o644)
}
