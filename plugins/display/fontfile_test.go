package display_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/display"
	"ptvd/plugins/panel"
)

func TestAFontThatCannotBeReadIsReportedAndTheDisplayWorks(t *testing.T) {
	change := func(c *display.Config) { c.Font = filepath.Join(t.TempDir(), "gone.bdf") }
	withDisplay(t, change, func(f *fixture) error {
		f.do("clock")
		f.mustSee("07:52")
		f.mustBe(host.Degraded)
		if why := f.instance.Health.Why; !strings.Contains(why, "gone.bdf: no such file or directory; the built-in font is used") {
			t.Errorf("its health says %q", why)
		}
		return nil
	})
}

func TestThePictureHasTheLevelsThatThePanelHas(t *testing.T) {
	none := &display.None{Width: 128, Height: 64}
	for name, device := range map[string]panel.DeviceConfig{"grey": none, "plain": struct{ panel.DeviceConfig }{none}} {
		change := func(c *display.Config) {
			c.Device = plugins.Choice[panel.DeviceConfig]{Name: "none", Value: device}
			c.Pages = []display.PageEntry{entry("departures", &display.Departures{Sources: display.Sources{From: from}, Heading: "Huntingdale"})}
		}
		withDisplay(t, change, func(f *fixture) error {
			f.publish(7 * time.Minute)
			f.pass(time.Second)
			picture, _ := f.published().Last()
			greys := slices.ContainsFunc(picture.Pix, func(level uint8) bool { return level != 0 && level != 0xff })
			heading := slices.Max(picture.Pix[:8*128])
			if greys != (name == "grey") || heading < 0x80 {
				t.Errorf("%s: greys: %v; the heading has %#x", name, greys, heading)
			}
			return nil
		})
	}
}

func TestTheFontOfTheOwnerIsUsed(t *testing.T) {
	change := func(c *display.Config) {
		c.Font, _ = filepath.Abs("testdata/own.bdf")
		c.Device = plugins.Choice[panel.DeviceConfig]{Name: "none", Value: &display.None{Width: 128, Height: 64}}
		c.Pages = []display.PageEntry{entry("message", &display.Message{Text: "1"})}
	}
	withDisplay(t, change, func(f *fixture) error {
		f.pass(time.Second)
		picture, _ := f.published().Last()
		lit := 0
		for _, level := range picture.Pix {
			lit += int(level / 0xff)
		}
		if want := 3 * 3 * 10; lit != want { // three times as large
			t.Errorf("%d pixels are lit, not %d", lit, want)
		}
		return nil
	})
}
