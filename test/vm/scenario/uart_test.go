//go:build vm

package scenario

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/periph"
	"ptvd/internal/scheduler"
)

// The serial ports of the guest that are connected to each other.
const (
	uartPort = "/dev/ttyS1"
	uartPeer = "/dev/ttyS2"
)

// result is what a read returned.
type result struct {
	text string
	err  error
}

// reads reads beside the loop until a read fails, and returns what each read returned.
func reads(port io.Reader) <-chan result {
	results := make(chan result, 64)
	go func() {
		for {
			bytes := make([]byte, 64)
			n, err := port.Read(bytes)
			results <- result{string(bytes[:n]), err}
			if err != nil {
				return
			}
		}
	}()
	return results
}

// await waits for n bytes, or for a read that fails.
func await(t *scheduler.Task, results <-chan result, n int) (all result, err error) {
	err = t.Timeout(10*time.Second, func() error {
		for len(all.text) < n && all.err == nil {
			next, err := scheduler.Await(t, func(ctx context.Context) (r result, err error) {
				select {
				case r = <-results:
				case <-ctx.Done():
					err = ctx.Err()
				}
				return r, err
			})
			if err != nil {
				return err
			}
			all.text += next.text
			all.err = next.err
		}
		return nil
	})
	return all, err
}

// send writes to a port beside the loop.
func send(t *scheduler.Task, port io.Writer, text string) error {
	_, err := scheduler.Await(t, func(context.Context) (int, error) { return port.Write([]byte(text)) })
	return err
}

// onBoard runs a body on the loop, with the view of an instance of the guest's board.
func onBoard(t *testing.T, body func(t *scheduler.Task, board *gpio.Board) error) {
	t.Helper()
	loop := scheduler.New(scheduler.Options{})
	board := gpio.NewBoard(periph.Board{}, gpio.NewClaims(), "test")
	err := loop.Run(func(task *scheduler.Task) error { return errors.Join(body(task, board), board.Close(task)) })
	if err != nil {
		t.Error(err)
	}
}

func TestSerialPortsCarryBytesBothWays(t *testing.T) {
	begin(t)
	onBoard(t, func(task *scheduler.Task, board *gpio.Board) error {
		port, peer, err := openBoth(task, board)
		if err != nil {
			return err
		}
		for _, way := range []struct {
			from io.Writer
			to   <-chan result
			text string
		}{{port, reads(peer), "AT\r\x00\x03\x11\xff"}, {peer, reads(port), "OK\n"}} {
			if err := send(task, way.from, way.text); err != nil {
				return err
			}
			if r, err := await(task, way.to, len(way.text)); err != nil || r.err != nil || r.text != way.text {
				t.Errorf("%q arrived as %q (%v, %v)", way.text, r.text, r.err, err)
			}
		}
		return nil
	})
}

func openBoth(task *scheduler.Task, board *gpio.Board) (port, peer io.ReadWriter, err error) {
	port, err1 := board.UART(task, uartPort, 115200)
	peer, err2 := board.UART(task, uartPeer, 115200)
	return port, peer, errors.Join(err1, err2)
}

// openAndRead returns the reads of a port that has received a byte and waits for more.
func openAndRead(task *scheduler.Task, board *gpio.Board) (<-chan result, error) {
	port, peer, err := openBoth(task, board)
	if err != nil {
		return nil, err
	}
	results := reads(port)
	if err := send(task, peer, "x"); err != nil {
		return nil, err
	}
	r, err := await(task, results, 1)
	return results, errors.Join(r.err, err)
}

func TestClosingASerialPortEndsARead(t *testing.T) {
	begin(t)
	onBoard(t, func(task *scheduler.Task, board *gpio.Board) error {
		results, err := openAndRead(task, board)
		if err != nil {
			return err
		}
		if err := board.Close(task); err != nil {
			return err
		}
		if r, err := await(task, results, 1); err != nil || !errors.Is(r.err, os.ErrClosed) {
			t.Errorf("the read returned %v (%v)", r.err, err)
		}
		_, err = board.UART(task, uartPort, 9600) // it is free again
		return err
	})
}

func TestASerialPortThatIsRemovedEndsARead(t *testing.T) {
	g := begin(t)
	device, err := filepath.EvalSymlinks("/sys/class/tty/" + filepath.Base(uartPort) + "/device")
	if err != nil {
		t.Fatal(err)
	}
	driver, err := filepath.EvalSymlinks(device + "/driver")
	if err != nil {
		t.Fatal(err)
	}
	onBoard(t, func(task *scheduler.Task, board *gpio.Board) error {
		results, err := openAndRead(task, board)
		if err != nil {
			return err
		}
		g.write(driver+"/unbind", filepath.Base(device), 0o200)
		defer g.write(driver+"/bind", filepath.Base(device), 0o200)
		r, err := await(task, results, 1)
		if err != nil || r.err == nil || !strings.HasPrefix(r.err.Error(), uartPort+": ") {
			t.Errorf("the read returned %q, %v (%v)", r.text, r.err, err)
		}
		return nil
	})
}
