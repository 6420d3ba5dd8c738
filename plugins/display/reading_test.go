package display_test

import (
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/display"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

var lux = plugins.From[topics.Reading]{Instance: "light", Topic: "reading"}

// withSensor runs a test of a display beside a sensor, whose values hold for a minute.
func withSensor(t *testing.T, change func(*display.Config), test func(f *fixture, publish func(value float64, unit string))) {
	t.Helper()
	withDisplay(t, change, func(f *fixture) error {
		publish := plugintest.Publish(f.Harness, "light", plugins.NewTopic[topics.Reading]("reading", "published by the test", plugins.State(time.Minute)))
		test(f, func(value float64, unit string) { publish(topics.Reading{Value: value, Unit: unit}) })
		return nil
	})
}

func TestAReadingIsShownWithItsUnit(t *testing.T) {
	page := func(c *display.Config) { c.Pages = []display.PageEntry{entry("reading", &display.Reading{From: lux})} }
	withSensor(t, page, func(f *fixture, publish func(float64, string)) {
		f.pass(200 * time.Millisecond)
		f.mustSee("--")
		for _, c := range []struct {
			value float64
			unit  string
			want  string
		}{
			{21.44, "°C", "21.4 °C"},
			{-3.06, "°C", "-3.1 °C"},
			{-0.04, "°C", "0.0 °C"},
			{99.96, "%", "100 %"},
			{1013.2, "hPa", "1013 hPa"},
			{7, "", "7.0"},
			{120.4, "lx", "120 lx"},
		} {
			publish(c.value, c.unit)
			f.pass(200 * time.Millisecond)
			if words, _ := plugintest.Subscribe[topics.Text](f.Harness, "panel", "text").Get(); string(words) != c.want {
				t.Errorf("%v %s: it says %q, want %q", c.value, c.unit, words, c.want)
			}
			if font.Text.Width(c.want) <= 32 {
				f.mustSee(c.want)
			}
		}
	})
}

func TestAReadingIsMarkedWhenItIsOldAndGoneWhenItSaysNothingAnyMore(t *testing.T) {
	page := func(c *display.Config) { c.Pages = []display.PageEntry{entry("reading", &display.Reading{From: lux})} }
	withSensor(t, page, func(f *fixture, publish func(float64, string)) {
		publish(9.5, "lx")
		f.pass(30 * time.Second)
		f.mustSee("9.5 lx")
		words := plugintest.Subscribe[topics.Text](f.Harness, "panel", "text")
		f.pass(200 * time.Millisecond)
		if text, _ := words.Get(); !strings.HasSuffix(string(text), "9.5 lx (old data)") {
			t.Errorf("after half of its life it says %q", text)
		}
		f.pass(29 * time.Second)
		if text, _ := words.Get(); !strings.HasSuffix(string(text), "(old data)") {
			t.Errorf("at the end of its life it says %q", text)
		}
		f.pass(time.Second)
		f.mustSee("--")
		if text, _ := words.Get(); text != "no reading" {
			t.Errorf("after its life it says %q", text)
		}
		publish(4, "lx")
		f.pass(200 * time.Millisecond)
		f.mustSee("4.0 lx")
	})
}

func TestTheBrightnessFollowsTheLight(t *testing.T) {
	follow := func(c *display.Config) {
		c.Follow = display.Follow{From: lux, Dark: 1, Bright: 400, Least: 0.05}
		c.Brightness = 0.8
		c.Dim = []display.Dim{{During: window("08:00-09:00"), Brightness: 0.2}}
	}
	withSensor(t, follow, func(f *fixture, publish func(float64, string)) {
		want := func(when string, level float64) {
			t.Helper()
			f.pass(200 * time.Millisecond)
			is, _ := plugintest.Subscribe[topics.Light](f.Harness, "panel", "light").Get()
			if d := is.Brightness - level; d < -0.001 || d > 0.001 {
				t.Errorf("%s: the brightness is %v, want %v", when, is.Brightness, level)
			}
		}
		want("without a reading", 0.8)
		publish(0, "lx")
		want("in the dark", 0.05)
		publish(20, "lx")
		want("half way, by the logarithm", 0.425)
		publish(25, "lx")
		want("with a change of 2.8 %", 0.425)
		publish(40, "lx")
		want("with a change of 8.7 %", 0.5118)
		publish(4000, "lx")
		want("in the sun", 0.8)
		f.pass(time.Minute)
		want("when the sensor is gone", 0.8)
		f.pass(10 * time.Minute)
		want("in the time of dim", 0.2)
		publish(20, "lx")
		want("half way to dim", 0.125)
	})
}

func TestDarkIsBelowBright(t *testing.T) {
	err := plugintest.Check("display", "device: {max7219: {spi: SPI0.0, module: fc16}}\npages: [clock]\nfollow: {dark: 10, bright: 10}")
	if err == nil || !strings.Contains(err.Error(), "dark is not below bright") {
		t.Errorf("got %v", err)
	}
}
