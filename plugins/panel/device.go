package panel

import (
	"image"

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
}

// Troubleshooter is a DeviceConfig that knows what to try when the test pattern does
// not look as it should.
type Troubleshooter interface {
	// Troubleshoot returns that in sentences for people.
	Troubleshoot() string
}

// Device is an open device. Its methods run beside the loop, so that they may block
// as long as a transfer takes, and never two at a time.
type Device interface {
	// Show sends what differs from what the device shows already.
	Show(Frame) error
	// Resend sends everything, the setup of the device included: after noise on a
	// wire or a loss of power the device may show something else than was sent.
	Resend(Frame) error
	// Blank makes the device dark. It is the last call before Close.
	Blank() error
	Close() error
}

// Frame is what a device is to show. It is never changed afterwards.
type Frame struct {
	Picture    *image.Gray // a lit LED is white
	Words      string      // what the picture says; empty: it is dark
	Brightness float64     // 0 to 1; at 0 a device is as dim as it can be, but not dark
}
