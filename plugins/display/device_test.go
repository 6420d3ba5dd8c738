package display_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/display"
	"ptvd/plugins/max7219"
	"ptvd/plugins/panel"
)

func TestTheFirstPictureIsSentWithinATickInFourTransfers(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.pass(time.Millisecond)
		f.mustSee("Loading")
		if n := f.claims.SPI.Transfers(); n != 4 { // 5 packets of setup and 8 rows, 4 at a time
			t.Errorf("there were %d transfers", n)
		}
		return nil
	})
}

func TestNothingIsSentWhileThePictureIsTheSame(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.publish(7*time.Minute + 59*time.Second)
		f.pass(time.Second)
		before, drawn := f.panel.Packets(), f.figure("frames_drawn_total")
		f.pass(55 * time.Second)
		if n := f.panel.Packets() - before; n != 0 {
			t.Errorf("%d packets were sent", n)
		}
		if n := f.figure("frames_drawn_total") - drawn; n != 0 {
			t.Errorf("%v frames were drawn", n)
		}
		return nil
	})
}

func TestAPanelThatLostPowerIsRestoredWithinAMinute(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.pass(10 * time.Second)
		f.panel.PowerCycle()
		f.pass(time.Minute)
		f.mustSee("Loading")
		return nil
	})
}

func TestAPanelIsRefreshedEvery3sIfTheFileDoesNotSay(t *testing.T) {
	file, err := config.Parse("test.yaml", []byte("board: sim\nplugins: {panel: {plugin: display, pages: [clock], device: {max7219: {spi: SPI0.0, module: fc16}}}}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if every := file.Instances[0].Config.(display.Config).Device.Value.RefreshEvery(); every != 3*time.Second {
		t.Errorf("every %v", every)
	}
}

func TestStaticHealsWithinTheRefreshAndIsCountedApart(t *testing.T) {
	often := func(c *display.Config) {
		c.Device.Value.(*max7219.Config).Refresh = 3 * time.Second
	}
	withDisplay(t, often, func(f *fixture) error {
		f.pass(10 * time.Second)
		changed, refreshed := f.figure("changed_bytes_total"), f.figure("refreshed_bytes_total")
		f.panel.Receive([]byte{0xf, 1, 0xc, 0, 3, 0xff, 5, 0}) // display test, shutdown, digits
		f.pass(3 * time.Second)
		f.mustSee("Loading")
		f.pass(237 * time.Second)
		if n := f.figure("changed_bytes_total") - changed; n != 0 {
			t.Errorf("%v bytes of changes were sent, though nothing changed", n)
		}
		if n := f.figure("refreshed_bytes_total") - refreshed; n != 80*13*8 { // packets of four drivers
			t.Errorf("%v bytes of refreshes were sent", n)
		}
		f.do("clock")
		if n := f.figure("changed_bytes_total") - changed; n == 0 || n > 8*8 {
			t.Errorf("a new page took %v bytes", n)
		}
		return nil
	})
}

func TestAScrollingPanelIsSetUpAgainEveryMinute(t *testing.T) {
	long := func(c *display.Config) {
		c.Pages = []display.PageEntry{entry("message", &display.Message{Text: strings.Repeat("a long text ", 20)})}
	}
	withDisplay(t, long, func(f *fixture) error {
		f.pass(10 * time.Second)
		f.panel.PowerCycle()
		f.pass(time.Minute)
		if !f.panel.On() {
			t.Error("the drivers are in shutdown mode")
		}
		return nil
	})
}

func TestOneFailedTransferDoesNotDegradeHealth(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.pass(time.Second)
		f.Board.FailSPI("SPI0.0", 1, errors.New("input/output error"))
		f.do("clock")
		f.mustBe(host.OK)
		f.pass(200 * time.Millisecond)
		f.mustSee("07:52")
		f.pass(time.Hour)
		f.mustBe(host.OK)
		return nil
	})
}

func TestADeviceThatFailsIsReopenedAndShowsTheNewestPicture(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.pass(time.Second)
		f.Board.FailSPI("SPI0.0", 5, errors.New("input/output error"))
		f.do("message")
		f.pass(400 * time.Millisecond)
		f.mustBe(host.Degraded)
		if why := f.instance.Health.Why; !strings.Contains(why, "SPI0.0") || !strings.Contains(why, "input/output error") {
			t.Errorf("why: %s", why)
		}
		f.mustSee("Loading")
		f.do("clock")
		f.pass(10 * time.Second) // pauses of 0.25, 0.5, 1, 2 and 4 s, give or take a fifth
		f.mustSee("07:52")
		f.mustBe(host.Degraded) // that it works has to be seen for a while
		f.pass(8 * time.Second)
		f.mustBe(host.OK)
		return f.instance.Stop(f.t)
	})
}

func TestAPanelThatHasFailedAndWorksAgainIsDarkAfterAStop(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.pass(time.Second)
		f.Board.FailSPI("SPI0.0", 1, errors.New("input/output error"))
		if err := f.Call("panel.clock"); err != nil {
			return err
		}
		f.pass(150 * time.Millisecond) // it is opened again after 200 ms at least
		f.mustSee("Loading")
		err := f.instance.Stop(f.t)
		if !f.dark() {
			t.Error("it is lit")
		}
		return err
	})
}

func TestHealthStaysDegradedWhileADeviceFailsNowAndThen(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		for i := range 10 {
			f.Board.FailSPI("SPI0.0", 1, errors.New("input/output error"))
			f.do("next")
			f.pass(4 * time.Second)
			if i > 0 {
				f.mustBe(host.Degraded)
			}
		}
		f.pass(time.Minute)
		f.mustBe(host.OK)
		return nil
	})
}

func TestThePictureIsPublishedWithoutADevice(t *testing.T) {
	missing := func(c *display.Config) { c.Device = device("SPI9.9") }
	withDisplay(t, missing, func(f *fixture) error {
		f.pass(time.Hour)
		picture, ok := f.published().Get()
		if !ok || slices.Max(picture.Pix) == 0 {
			t.Error("there is no picture")
		}
		if health := f.instance.Health; health.Condition != host.Degraded {
			t.Errorf("its health is %s", health.Condition)
		}
		if err := f.instance.Err(); err != nil {
			t.Errorf("it ended: %v", err)
		}
		return f.instance.Stop(f.t)
	})
}

func TestWithoutAPanelThePicturesAreForTheBrowserAndNothingIsSent(t *testing.T) {
	browser := func(c *display.Config) {
		c.Device = plugins.Choice[panel.DeviceConfig]{Name: "none", Value: &display.None{Width: 64, Height: 8}}
	}
	withDisplay(t, browser, func(f *fixture) error {
		f.do("clock")
		picture, _ := f.published().Get()
		if picture.Gray == nil || picture.Rect.Dx() != 64 || slices.Max(picture.Pix) == 0 {
			t.Error("there is no picture of 64 columns")
		}
		f.pass(time.Hour)
		f.mustBe(host.OK)
		if n := f.panel.Packets(); n != 0 {
			t.Errorf("%d packets were sent", n)
		}
		return f.instance.Stop(f.t)
	})
}

func TestStopLeavesThePanelDark(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.pass(time.Second)
		if err := f.instance.Stop(f.t); err != nil {
			return err
		}
		if f.panel.On() || !f.dark() {
			t.Error("the panel is not dark")
		}
		if picture, _ := f.published().Get(); slices.Max(picture.Pix) != 0 {
			t.Error("the published picture is not dark")
		}
		return nil
	})
}
