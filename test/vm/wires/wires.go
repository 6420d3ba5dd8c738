// Package wires is a test's hold on the far ends of the board's wires, in the
// virtual machine where the module in ../kmod takes the place of the hardware.
//
//	w, err := wires.Open()
//	err = w.Play(wires.Press(17, 80*time.Millisecond))
//	m, err := wires.Await[wires.Message](w, 5*time.Second, nil)
//
// What the daemon does to its outputs, and what the test does to the inputs, comes
// as events in one order, stamped by the kernel. A Wires is used by one goroutine.
package wires

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Wires are all wires of the board.
type Wires struct {
	device  device
	in      *bufio.Reader
	partial []byte  // of a line whose end has not come yet
	ahead   []Event // read while something else was awaited
	marks   int
}

// device is what of an [os.File] is needed.
type device interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
}

// Open takes hold of the wires. All lines are free, no fault is set, and what
// happened before is forgotten.
func Open() (*Wires, error) {
	f, err := os.OpenFile("/dev/wires", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	w := over(f)
	if err := w.command("clear"); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return w, nil
}

func over(d device) *Wires { return &Wires{device: d, in: bufio.NewReaderSize(d, 64<<10)} }

// Close lets go of them; they stay as they are.
func (w *Wires) Close() error { return w.device.Close() }

// Set puts a line to a level.
func (w *Wires) Set(line int, level Level) error {
	return w.command("level %d %c", line, level)
}

// Fail makes the next n SPI messages fail with an I/O error; they are seen as
// events all the same.
func (w *Wires) Fail(n int) error { return w.command("fail %d", n) }

// Hang makes the next SPI message take so much longer, to the millisecond. Nothing
// can interrupt it.
func (w *Wires) Hang(d time.Duration) error { return w.command("hang %d", d.Milliseconds()) }

// Play plays a script and returns when it has ended.
func (w *Wires) Play(s Script) error {
	text := []byte("play\n")
	for _, step := range s {
		text = fmt.Appendf(text, "%d %c %d\n", step.Line, step.Level, step.For.Microseconds())
	}
	if _, err := w.device.Write(text); err != nil {
		return fmt.Errorf("a script of %d steps: %w", len(s), err)
	}
	_, err := w.until(s.Duration()+time.Minute, func(e Event) bool { _, ended := e.(played); return ended })
	return err
}

func (w *Wires) command(format string, args ...any) error {
	if _, err := fmt.Fprintf(w.device, format, args...); err != nil {
		return fmt.Errorf(format+": %w", append(args, err)...)
	}
	return nil
}
