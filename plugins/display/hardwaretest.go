package display

import (
	"errors"
	"fmt"
	"image"
	"strings"
	"time"

	"ptvd/plugins"
)

// HardwareTests has one test, which shows the test pattern.
func (p *panel) HardwareTests() []plugins.HardwareTest {
	return []plugins.HardwareTest{{Parts: []string{string(p.cfg.Device.MAX7219.SPI)}, Run: p.testHardware}}
}

// testHardware sends the pattern once a second, so that a panel shows it as soon as its
// last wire is connected.
func (p *panel) testHardware(t *plugins.Task, report plugins.Reporter) error {
	s := p.screen
	if err := s.open(t); err != nil {
		return err
	}
	drawPattern(p.canvas)
	report.Info("The test pattern is sent to %s once a second. The panel should show this:%s", s.device.SPI, sketch(p.canvas))
	report.Info("Digits on their side: set another orientation. Upside down: set upside_down, or orientation: 180. From right to left: set reverse. All dark: check power, wires and chip select; a panel cannot answer, so an error cannot be detected.")
	err := p.sendPattern(t)
	_ = t.Timeout(time.Second, func() error { return s.off(t) }) // an error was already returned
	return err
}

func (p *panel) sendPattern(t *plugins.Task) error {
	level := intensity(p.cfg.Brightness)
	for range t.Every(time.Second) {
		p.screen.chain.Resend()
		packets := p.screen.chain.Update(p.canvas, level)
		err := t.Timeout(slow, func() error { return p.screen.wire.tx(t, packets) })
		if errors.Is(err, plugins.ErrTimeout) {
			return fmt.Errorf("SPI transfer timed out after %v", slow)
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
