// Package textpanel is a panel device for ptvd: a named pipe or a file that takes what
// the panel says as lines of text, for a speech synthesizer or a terminal in the hall.
// It is an example of a device, in a module of its own.
package textpanel

import (
	"context"
	"fmt"
	"image"
	"os"
	"syscall"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
)

func init() {
	plugins.AddMember[panel.DeviceConfig]("text", "a named pipe or a file that takes lines of text", Config{})
}

// Config is what people write under device, as {text: PATH} or {text: {path: PATH}}.
type Config struct {
	Path string `yaml:"path" doc:"where the pipe or the file is; without one a file is made" required:"true" short:"true"`
}

// Size returns a size that a page can be drawn in; only its words are used.
func (c *Config) Size() image.Point { return image.Pt(32, 8) }

// Parts returns the path, for messages.
func (c *Config) Parts() []string { return []string{c.Path} }

// RefreshEvery returns 0, since a pipe loses nothing.
func (c *Config) RefreshEvery() time.Duration { return 0 }

// Open opens the file. A pipe that nobody reads is an error; the display tries again.
func (c *Config) Open(t *plugins.Task, _ plugins.Env) (panel.Device, error) {
	return plugins.Await(t, func(context.Context) (panel.Device, error) {
		file, err := os.OpenFile(c.Path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NONBLOCK, 0o644)
		if err != nil {
			return nil, err
		}
		return &device{File: file}, nil
	})
}

type device struct {
	*os.File
	last string
}

// Show writes the words, unless they are the same as before.
func (d *device) Show(f panel.Frame) (sent int, err error) {
	if f.Words == d.last {
		return 0, nil
	}
	d.last = f.Words
	return fmt.Fprintln(d, f.Words)
}

// Resend is Show, since a pipe loses nothing.
func (d *device) Resend(f panel.Frame) (sent int, err error) { return d.Show(f) }

// Blank writes an empty line.
func (d *device) Blank() error {
	_, err := d.Show(panel.Frame{})
	return err
}
