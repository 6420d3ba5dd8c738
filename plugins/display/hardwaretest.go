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

// HardwareTests has one test, which shows the test pattern, unless there is no panel.
func (d *display) HardwareTests() []plugins.HardwareTest {
	parts := d.cfg.Device.Value.Parts()
	if len(parts) == 0 {
		return nil
	}
	return []plugins.HardwareTest{{Parts: parts, Run: d.testHardware}}
}

// testHardware sends the pattern once a second, so that a panel shows it as soon as its
// last wire is connected, and asks what is seen.
func (d *display) testHardware(t *plugins.Task, report plugins.Reporter) (err error) {
	s := &d.sender
	if s.open, err = s.device.Value.Open(t, d.env); err != nil {
		return err
	}
	pattern := panel.Pattern(d.canvas.Rect.Max)
	looks := "this:" + sketch(pattern)
	if pattern.Rect.Dy() > 16 {
		looks = panel.PatternWords + ". If it is upside down, write upside_down: true."
	}
	report.Info("The test pattern is sent to %s once a second. The panel should show %s", strings.Join(s.device.Value.Parts(), ", "), looks)
	err = t.Group(func(g *plugins.Group) error {
		g.Go("pattern", func(t *plugins.Task) error { return d.sendPattern(t, pattern) })
		g.Go("questions", func(t *plugins.Task) error { return d.troubleshoot(t, report, pattern) })
		return nil
	})
	_ = t.Timeout(time.Second, func() error { return s.blank(t) }) // an error was already returned
	return err
}

func (d *display) sendPattern(t *plugins.Task, pattern *image.Gray) error {
	frame := panel.Frame{Picture: pattern, Words: "test pattern", Brightness: float64(d.cfg.Brightness)}
	for range t.Every(time.Second) {
		err := t.Timeout(sendTimeout, func() error {
			return d.sender.await(t, func() error {
				_, err := d.sender.open.Resend(frame)
				return err
			})
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

// troubleshoot asks what is seen, again and again, since options may be wrong in several
// ways and wires can be moved meanwhile.
func (d *display) troubleshoot(t *plugins.Task, report plugins.Reporter, pattern *image.Gray) error {
	device, ok := d.cfg.Device.Value.(panel.Troubleshooter)
	for ok {
		advice, err := device.Troubleshoot(pattern, func(question string, pictures []*image.Gray) (int, error) {
			var answers []string
			for _, p := range pictures {
				answers = append(answers, sketch(p))
			}
			answer, err := report.Ask(t, question, append(answers, "none of these"))
			if answer == len(pictures) {
				answer = -1
			}
			return answer, err
		})
		if err != nil {
			return err
		}
		report.Info("%s", advice)
	}
	return nil
}

// halves are characters of two pixels, by whether the upper and the lower one are lit.
var halves = map[[2]bool]string{{false, false}: " ", {true, false}: "▀", {false, true}: "▄", {true, true}: "█"}

// sketch is a picture in characters of two pixels each, in a frame.
func sketch(picture *image.Gray) string {
	var text strings.Builder
	lit := func(x, y int) bool { return picture.GrayAt(x, y).Y >= 0x80 }
	for y := picture.Rect.Min.Y; y < picture.Rect.Max.Y; y += 2 {
		text.WriteString("\n|")
		for x := picture.Rect.Min.X; x < picture.Rect.Max.X; x++ {
			text.WriteString(halves[[2]bool{lit(x, y), lit(x, y+1)}])
		}
		text.WriteByte('|')
	}
	return text.String()
}
