// Package wires controls the far ends of the board's lines and buses, in the virtual
// machine, where the module in ../kmod replaces the hardware.
//
//	w, err := wires.Open()
//	err = w.Play(wires.Press(17, 80*time.Millisecond))
//	m, err := wires.Await[wires.Message](w, 5*time.Second, nil)
//
// Changes of the daemon's outputs and of the inputs are events in one order, with
// timestamps of the kernel. A Wires must be used by one goroutine only.
package wires

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Wires is the far end of all lines and buses of the board.
type Wires struct {
	device  device
	in      *bufio.Reader
	partial []byte  // of a line whose end was not read yet
	queued  []Event // read while waiting for another event
	marks   int
}

// device is the part of [os.File] that is needed.
type device interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
}

// Open opens the device. It frees all lines, clears faults, and drops earlier events.
func Open() (*Wires, error) {
	f, err := os.OpenFile("/dev/wires", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	w := newWires(f)
	if err := w.command("clear"); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return w, nil
}

func newWires(d device) *Wires { return &Wires{device: d, in: bufio.NewReaderSize(d, 64<<10)} }

// Close closes the device. Lines keep their levels.
func (w *Wires) Close() error { return w.device.Close() }

// Set sets the level of a line.
func (w *Wires) Set(line int, level Level) error {
	return w.command("level %d %c", line, level)
}

// Fail makes the next n SPI messages fail with an I/O error. They are events all the
// same.
func (w *Wires) Fail(n int) error { return w.command("fail %d", n) }

// Hang delays the next SPI message, in whole milliseconds. The delay cannot be
// interrupted.
func (w *Wires) Hang(d time.Duration) error { return w.command("hang %d", d.Milliseconds()) }

// I2C connects a device to the I2C bus, or changes it: every read returns these bytes,
// at most 32, and zeros after them. Without bytes it is removed.
func (w *Wires) I2C(address int, answer ...byte) error {
	if len(answer) == 0 {
		return w.command("i2c %d -", address)
	}
	return w.command("i2c %d %x", address, answer)
}

// Plug plugs the USB adapter in, or unplugs it.
func (w *Wires) Plug(in bool) error {
	if in {
		return w.command("adapter 1")
	}
	return w.command("adapter 0")
}

// Play plays a script and waits until it has ended.
func (w *Wires) Play(s Script) error {
	text := []byte("play\n")
	for _, step := range s {
		text = fmt.Appendf(text, "%d %c %d\n", step.Line, step.Level, step.For.Microseconds())
	}
	if _, err := w.device.Write(text); err != nil {
		return fmt.Errorf("play script of %d steps: %w", len(s), err)
	}
	return w.until(s.Duration()+time.Minute, func(e Event) bool { _, ended := e.(played); return ended })
}

func (w *Wires) command(format string, args ...any) error {
	if _, err := fmt.Fprintf(w.device, format, args...); err != nil {
		return fmt.Errorf(format+": %w", append(args, err)...)
	}
	return nil
}
