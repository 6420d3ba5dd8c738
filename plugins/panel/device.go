package panel

import (
	"image"
	"time"

	"ptvd/plugins"
)

// DeviceConfig is the options of a device.
type DeviceConfig interface {
	// Size returns the size of its pictures in pixels.
	Size() image.Point

	// Parts returns what it is connected to, as the configuration names it, such
	// as SPI0.0. Messages and hardware tests name it, too.
	Parts() []string

	// Open opens the device. What the device shows is not known yet, so that the
	// first Show sends everything. The display calls Open again, with growing
	// pauses, after it or a method of the device has failed.
	Open(t *plugins.Task, env plugins.Env) (Device, error)

	// RefreshEvery returns how often Resend is called in place of Show; 0: only after a
	// failure.
	RefreshEvery() time.Duration
}

// Grey is a DeviceConfig whose pixels have levels between dark and lit. On any other one
// those that are half lit are lit.
type Grey interface {
	// Levels returns how many there are, dark and lit included.
	Levels() int
}

// Troubleshooter is a DeviceConfig that knows what to write when the test pattern does
// not look as it should.
type Troubleshooter interface {
	// Troubleshoot asks what is seen while the device shows a picture, and returns what
	// to write in the configuration, or to check.
	Troubleshoot(picture *image.Gray, ask Ask) (advice string, err error)
}

// Ask asks a person which of some pictures is seen, and returns its index; -1: none is.
type Ask func(question string, pictures []*image.Gray) (int, error)

// Device is an open device. Its methods run beside the loop, so that they may block
// as long as a transfer takes, and never two at a time.
type Device interface {
	// Show sends what differs from what the device shows already, and returns how many
	// bytes that took.
	Show(Frame) (sent int, err error)
	// Resend sends everything, the setup of the device included: after noise on a
	// wire or a loss of power the device may show something else than was sent.
	Resend(Frame) (sent int, err error)
	// Blank makes the device dark. It is the last call before Close.
	Blank() error
	Close() error
}

// Frame is what a device is to show. It is never changed afterwards.
type Frame struct {
	Picture    *image.Gray // a lit LED is white; row upon row, without a gap
	Words      string      // what the picture says; empty: it is dark
	Brightness float64     // 0 to 1; at 0 a device is as dim as it can be, but not dark
}
