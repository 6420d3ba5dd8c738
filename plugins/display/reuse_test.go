package display_test

import (
	"bytes"
	"context"
	"image"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/display"
	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
)

// slow is a device whose transfers take longer than a frame.
type slow struct {
	display.None
	fixture *fixture
	changed *bool // a picture, during its transfer
}

func (d *slow) Open(*plugins.Task, plugins.Env) (panel.Device, error) { return d, nil }
func (d *slow) Resend(f panel.Frame) (sent int, err error)            { return d.Show(f) }
func (d *slow) Blank() error                                          { return nil }
func (d *slow) Close() error                                          { return nil }

func (d *slow) Show(f panel.Frame) (sent int, err error) {
	before := bytes.Clone(f.Picture.Pix)
	err = d.fixture.Delay(context.Background(), 170*time.Millisecond)
	*d.changed = *d.changed || !bytes.Equal(before, f.Picture.Pix)
	return 0, err
}

// TestAPictureIsDrawnOverOnlyWhenNobodyHasIt looks at some of the pictures of a text that
// scrolls, while a device takes longer than a frame for each.
func TestAPictureIsDrawnOverOnlyWhenNobodyHasIt(t *testing.T) {
	device, changed := &slow{None: display.None{Width: 32, Height: 8}}, false
	device.changed = &changed
	with := func(c *display.Config) {
		showLongTexts(c)
		c.Device = plugins.Choice[panel.DeviceConfig]{Name: "slow", Value: device}
	}
	withDisplay(t, with, func(f *fixture) error {
		device.fixture = f
		subscription := f.published()
		var pictures []topics.Picture
		var copies [][]byte
		for i := range 200 {
			f.pass(50 * time.Millisecond)
			if i%3 > 0 {
				continue // nobody looks
			}
			picture, _ := subscription.Get()
			pictures, copies = append(pictures, picture), append(copies, bytes.Clone(picture.Pix))
		}
		different := map[*image.Gray]bool{}
		for i, picture := range pictures {
			different[picture.Gray] = true
			if !bytes.Equal(picture.Pix, copies[i]) {
				t.Fatalf("picture %d was changed after it was read", i)
			}
		}
		if len(different) < 30 || changed {
			t.Errorf("%d pictures were read; changed during their transfer: %v", len(different), changed)
		}
		return f.instance.Stop(f.t)
	})
}
