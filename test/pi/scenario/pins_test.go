//go:build pi

package scenario

import (
	"slices"
	"strings"
	"testing"
)

func TestPinsHaveTheBoardsNamesAndTheirFunctions(t *testing.T) {
	rows := map[string][]string{}
	for line := range strings.Lines(run(t, "ptvd pins")) {
		if fields := strings.Fields(line); len(fields) > 0 {
			rows[fields[0]] = fields[1:]
		}
	}
	for line, want := range map[string]string{
		"GPIO2":      "pinctrl-bcm2835 2 input i2c1 -",
		"GPIO8":      "pinctrl-bcm2835 8 output spi0 spi0 CS0",
		"GPIO10":     "pinctrl-bcm2835 10 input spi0 -",
		"GPIO18":     "pinctrl-bcm2835 18 input pwm -",
		"GPIO17":     "pinctrl-bcm2835 17 input - -",
		"CTS0":       "pinctrl-bcm2835 30 input - -",
		"STATUS_LED": "raspberrypi-exp-gpio 2 input - -",
		"SPI0.0":     "/dev/spidev0.0 -",
		"I2C1":       "/dev/i2c-1 -",
		"pwmchip0/0": "3f20c000.pwm GPIO12 or GPIO18",
	} {
		if got := strings.Join(rows[line], " "); got != want {
			t.Errorf("ptvd pins says of %s %q, want %q", line, got, want)
		}
	}
	if _, ok := rows["GPIO30"]; ok {
		t.Error("ptvd pins lists GPIO30, but no line of the board is called so")
	}
}

func TestNamesThatTheBoardHasAreAcceptedAndOthersAreNot(t *testing.T) {
	for pin, accepted := range map[string]bool{"CTS0": true, "STATUS_LED": true, "GPIO27": true, "GPIO28": false, "GPIO30": false} {
		write(t, "board: periph\nplugins:\n  relay: {plugin: output, pin: "+pin+"}\n")
		output, status := try(t, "ptvd check -c /tmp/ptvd.yaml")
		if accepted != (status == 0) || !accepted && !strings.Contains(output, pin) {
			t.Errorf("ptvd check with an output on %s: exit status %d:\n%s", pin, status, output)
		}
	}
}

func TestOutputHasItsLevelBeforeItIsAnOutputAndIsAnInputAfterwards(t *testing.T) {
	for options, level := range map[string]string{"": "low", ", inverted: true": "high"} {
		write(t, "board: periph\nplugins:\n  relay: {plugin: output, pin: GPIO22"+options+"}\n")
		got := slices.Compact(of(watch(t, func() { run(t, "ptvd run -c /tmp/ptvd.yaml --for 1s") }), "GPIO22"))
		// The level stands in the register before the pin drives it, so that a
		// relay does not click.
		if want := []string{level, "output", level, "input"}; !slices.Equal(got, want) {
			t.Errorf("with %q the relay's pin is %q, want %q", options, got, want)
		}
		if got := functions(t, 22); got[0] != "input" {
			t.Errorf("with %q the relay's pin is an %s after the stop", options, got[0])
		}
	}
}

func TestButtonAndKnobAreInputsWithPullUpsAndLeftAsInputs(t *testing.T) {
	write(t, `board: periph
plugins:
  bell: {plugin: button, pin: GPIO17, on_press: lamp.toggle}
  lamp: {plugin: fade, output: GPIO18, encoder: {a: GPIO5, b: GPIO6}}
`)
	var during []string
	events := watch(t, func() {
		run(t, "ptvd run -c /tmp/ptvd.yaml >/tmp/log 2>&1 & until grep -q ready /tmp/log; do sleep 1; done")
		during = functions(t, 5, 6, 17, 18)
		run(t, "kill $!; wait $!")
	})
	want := []string{"input", "input", "input", "alt5"}
	if !slices.Equal(during, want) {
		t.Errorf("during the run the pins are %q, want %q", during, want)
	}
	if got := functions(t, 5, 6, 17, 18); !slices.Equal(got, want) {
		t.Errorf("after the run the pins are %q, want %q", got, want)
	}
	for _, pin := range []string{"GPIO5", "GPIO6", "GPIO17"} {
		if got := of(events, pin); !slices.Contains(got, "pull-up") || slices.Contains(got, "output") {
			t.Errorf("%s is %q, want a pull-up, and never an output", pin, got)
		}
	}
}

// The kernel's driver of the sensor measures, over the board's I2C bus.
func TestSensorOfTheKernelIsListedAndRead(t *testing.T) {
	run(t, "insmod /modules/lm75.ko; echo tmp105 0x48 >/sys/bus/i2c/devices/i2c-1/new_device")
	t.Cleanup(func() { run(t, "echo 0x48 >/sys/bus/i2c/devices/i2c-1/delete_device") })
	if output := run(t, "ptvd pins"); !strings.Contains(output, "tmp105  1-0048  temp1    °C") {
		t.Errorf("ptvd pins lists no sensor:\n%s", output)
	}
	write(t, "board: periph\nplugins:\n  warmth: {plugin: sensor, device: tmp105, channel: temp1}\n")
	run(t, "ptvd run -c /tmp/ptvd.yaml --for 2s --report /tmp/report.json")
	if output := run(t, "tr -d ' \\n' </tmp/report.json"); !strings.Contains(output, `"value":{"value":0,"unit":"°C"}`) {
		t.Errorf("the sensor of 0 °C is reported as\n%s", output)
	}
}
