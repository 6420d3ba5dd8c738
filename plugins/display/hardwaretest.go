package display

import (
	"errors"
	"fmt"
	"image"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
)

// HardwareTests has one test, which shows the test pattern.
func (d *display) HardwareTests() []plugins.HardwareTest {
	return []plugins.HardwareTest{{Parts: d.cfg.Device.Value.Parts(), Run: d.testHardware}}
}

// testHardware sends the pattern once a second, so that a panel shows it as soon as its
// last wire is connected.
func (d *display) testHardware(t *plugins.Task, report plugins.Reporter) (err error) {
	s := &d.sender
	if s.open, err = s.device.Value.Open(t, d.env); err != nil {
		return err
	}
	drawPattern(d.canvas)
	report.Info("The test pattern is sent to %s once a second. The panel should show this:%s", strings.Join(s.device.Value.Parts(), ", "), sketch(d.canvas))
	if device, ok := s.device.Value.(panel.Troubleshooter); ok {
		report.Info("%s A panel cannot answer, so an error cannot be detected.", device.Troubleshoot())
	}
	err = d.sendPattern(t)
	_ = t.Timeout(time.Second, func() error { return s.blank(t) }) // an error was already returned
	return err
}

func (d *display) sendPattern(t *plugins.Task) error {
	pattern := panel.Frame{Picture: d.canvas, Words: "test pattern", Brightness: float64(d.cfg.Brightness)}
	for range t.Every(time.Second) {
		err := t.Timeout(sendTimeout, func() error {
			return d.sender.await(t, func() error { return d.sender.open.Resend(pattern) })
		})
		if errors.Is(err, plugins.ErrTimeout) {
			return fmt.Errorf("transfer timed out after %v", sendTimeout)
		}
		if err != nil {
			return err
		}
	}
	return plugins.ErrCancelled
}

// sketch is a picture in characters of two pixels each, in a frame.
func sketch(picture *image.Gray) string {
	var text strings.Builder
	lit := func(x, y int) bool { return picture.GrayAt(x, y).Y >= 0x80 }
	for y := 0; y < picture.Rect.Dy(); y += 2 {
		text.WriteString("\n|")
		for x := range picture.Rect.Dx() {
			switch top, bottom := lit(x, y), lit(x, y+1); {
			case top && bottom:
				text.WriteRune('█')
			case top:
				text.WriteRune('▀')
			case bottom:
				text.WriteRune('▄')
			default:
				text.WriteByte(' ')
			}
		}
		text.WriteByte('|')
	}
	return text.String()
}
