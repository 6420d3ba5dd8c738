package display

import (
	"image"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
)

func init() {
	plugins.AddMember[panel.DeviceConfig]("none", "no panel: the pages are shown in the browser alone", None{Width: 32, Height: 8})
}

// None is a device that is not there.
type None struct {
	Width  int `yaml:"width" doc:"the width of the picture in pixels" min:"16" max:"256"`
	Height int `yaml:"height" doc:"the height of the picture in pixels" min:"8" max:"64"`
}

// Size returns the size of the picture.
func (c *None) Size() image.Point { return image.Pt(c.Width, c.Height) }

// Levels returns how many a picture in the browser has.
func (c *None) Levels() int { return 16 }

// Parts returns nothing.
func (c *None) Parts() []string { return nil }

// RefreshEvery returns 0.
func (c *None) RefreshEvery() time.Duration { return 0 }

// Open always succeeds.
func (c *None) Open(*plugins.Task, plugins.Env) (panel.Device, error) { return none{}, nil }

type none struct{}

func (none) Show(panel.Frame) (sent int, err error)   { return 0, nil }
func (none) Resend(panel.Frame) (sent int, err error) { return 0, nil }
func (none) Blank() error                             { return nil }
func (none) Close() error                             { return nil }
