package ssd1322_test

import (
	"errors"
	"image"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim/simchip"
	"ptvd/internal/host"
	"ptvd/plugins"
	_ "ptvd/plugins/display"
	"ptvd/plugins/panel"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/ssd1322"
	"ptvd/plugins/topics"
)

const config = "{plugin: display, device: {ssd1322: {spi: SPI0.0, dc: GPIO24, reset: GPIO25}}, pages: [{message: Hello}, clock], brightness: 100%, dim: [{during: '08:00-09:00', brightness: 0%}]}"

// withDisplay runs a test of a display that begins at 07:52.
func withDisplay(t *testing.T, test func(task *plugins.Task, h *plugintest.Harness, panel *plugintest.Instance, glass *simchip.SSD1322) error) {
	h, glass := plugintest.New(t), simchip.NewSSD1322()
	simchip.Attach(h.Board, "SPI0.0", "GPIO24", "GPIO25", glass)
	h.Run(func(task *plugins.Task) error {
		panel := h.Start(task, "panel", config)
		if err := test(task, h, panel, glass); err != nil {
			return err
		}
		if err := glass.Err(); err != nil {
			t.Error(err)
		}
		return panel.Stop(task)
	})
}

// published returns the picture that the display has published, in 16 greys.
func published(h *plugintest.Harness) *image.Gray {
	picture, _ := plugintest.Subscribe[topics.Picture](h, "panel", "picture").Get()
	return picture.Gray
}

// shows tells whether the glass shows the published picture.
func shows(h *plugintest.Harness, glass *simchip.SSD1322) bool {
	seen, want, lit := glass.Picture(), published(h), 0
	for i := range want.Pix {
		if seen.Pix[i]>>4 != want.Pix[i]>>4 {
			return false
		}
		lit += int(seen.Pix[i])
	}
	return lit > 0
}

func TestThePageIsShownAndTheStopLeavesTheDisplayOff(t *testing.T) {
	withDisplay(t, func(task *plugins.Task, h *plugintest.Harness, panel *plugintest.Instance, glass *simchip.SSD1322) error {
		if err := task.Sleep(time.Second); err != nil {
			return err
		}
		if !shows(h, glass) || glass.Current() != 15 {
			t.Errorf("it does not show the page at full current, but at %d", glass.Current())
		}
		sent := glass.Received()
		if err := task.Sleep(50 * time.Second); err != nil {
			return err
		}
		if n := glass.Received() - sent; n != 0 {
			t.Errorf("%d bytes were sent, though nothing changed", n)
		}
		if err := panel.Stop(task); err != nil {
			return err
		}
		if glass.On() {
			t.Error("it is on after the stop")
		}
		return nil
	})
}

func TestTheResetLineIsLowBeforeAnythingIsSent(t *testing.T) {
	withDisplay(t, func(task *plugins.Task, h *plugintest.Harness, _ *plugintest.Instance, glass *simchip.SSD1322) error {
		for _, step := range []struct {
			after time.Duration
			level gpio.Level
		}{{time.Millisecond, gpio.Low}, {10 * time.Millisecond, gpio.High}} {
			if err := task.Sleep(step.after); err != nil {
				return err
			}
			if h.Board.Level("GPIO25") != step.level || glass.Received() > 0 {
				t.Errorf("%v later the line is %v, and %d bytes were sent", step.after, h.Board.Level("GPIO25"), glass.Received())
			}
		}
		return task.Sleep(time.Second)
	})
}

func TestTheTimeOfDayDimsTheDisplayToASixteenth(t *testing.T) {
	withDisplay(t, func(task *plugins.Task, h *plugintest.Harness, _ *plugintest.Instance, glass *simchip.SSD1322) error {
		if err := task.Sleep(10 * time.Minute); err != nil {
			return err
		}
		if !shows(h, glass) || glass.Current() != 0 {
			t.Errorf("current %d", glass.Current())
		}
		return nil
	})
}

func TestADisplayThatLostItsPowerIsSetUpAgain(t *testing.T) {
	withDisplay(t, func(task *plugins.Task, h *plugintest.Harness, _ *plugintest.Instance, glass *simchip.SSD1322) error {
		if err := task.Sleep(time.Second); err != nil {
			return err
		}
		h.Board.Attach("SPI0.0", nil)
		glass.PowerCycle()
		if err := h.Call("panel.next"); err != nil {
			return err
		}
		if err := task.Sleep(time.Second); err != nil {
			return err
		}
		simchip.Attach(h.Board, "SPI0.0", "GPIO24", "GPIO25", glass)
		if err := task.Sleep(time.Minute); err != nil {
			return err
		}
		if !shows(h, glass) {
			t.Error("a minute later it does not show the page")
		}
		return nil
	})
}

func TestADisplayCanBeSwitchedOffAfterARefreshThatFailed(t *testing.T) {
	h, glass := plugintest.New(t), simchip.NewSSD1322()
	simchip.Attach(h.Board, "SPI0.0", "GPIO24", "", glass)
	h.Run(func(task *plugins.Task) error {
		config := ssd1322.Config{SPI: "SPI0.0", DC: "GPIO24", Hz: 8_000_000}
		device, err := config.Open(task, h.Instance("panel", "display").Env())
		if err != nil {
			return err
		}
		frame := panel.Frame{Picture: image.NewGray(image.Rectangle{Max: config.Size()})}
		if _, err := device.Show(frame); err != nil || !glass.On() {
			t.Errorf("it is on: %v, %v", glass.On(), err)
		}
		h.Board.FailSPI("SPI0.0", 1, errors.New("input/output error"))
		if _, err := device.Resend(frame); err == nil {
			t.Error("the refresh has not failed")
		}
		if err := device.Blank(); err != nil || glass.On() {
			t.Errorf("it is on: %v, %v", glass.On(), err)
		}
		return device.Close()
	})
}

func TestADisplayThatFailsIsOpenedAgain(t *testing.T) {
	withDisplay(t, func(task *plugins.Task, h *plugintest.Harness, panel *plugintest.Instance, glass *simchip.SSD1322) error {
		if err := task.Sleep(time.Second); err != nil {
			return err
		}
		h.Board.FailSPI("SPI0.0", 2, errors.New("input/output error"))
		if err := h.Call("panel.next"); err != nil {
			return err
		}
		if err := task.Sleep(400 * time.Millisecond); err != nil {
			return err
		}
		if why := panel.Health.Why; !strings.Contains(why, "ssd1322 on SPI0.0, GPIO24, GPIO25 failed: SPI0.0: input/output error") {
			t.Errorf("health: %s", why)
		}
		if err := task.Sleep(20 * time.Second); err != nil {
			return err
		}
		if !shows(h, glass) || panel.Health.Condition != host.OK {
			t.Errorf("it does not show the page; health: %s", panel.Health.Why)
		}
		return nil
	})
}

func TestALineInUseIsNamed(t *testing.T) {
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		pin, err := h.Board.Pin("GPIO24")
		if err != nil {
			return err
		}
		if err := pin.Out(gpio.Low); err != nil {
			return err
		}
		panel := h.Start(task, "panel", config)
		if err := task.Sleep(time.Second); err != nil {
			return err
		}
		if why := panel.Health.Why; !strings.Contains(why, "GPIO24: device or resource busy") {
			t.Errorf("health: %s", why)
		}
		if err := pin.Halt(); err != nil {
			return err
		}
		if err := task.Sleep(time.Minute); err != nil {
			return err
		}
		if panel.Health.Condition != host.OK {
			t.Errorf("health: %s", panel.Health.Why)
		}
		return panel.Stop(task)
	})
}
