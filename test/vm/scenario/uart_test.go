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

// readUART reads up to n bytes beside the loop.
func readUART(port io.Reader, n int) <-chan result {
	done := make(chan result, 1)
	go func() {
		bytes := make([]byte, n)
		n, err := io.ReadFull(port, bytes)
		done <- result{string(bytes[:n]), err}
	}()
	return done
}

// await waits for a result on the loop.
func await(t *scheduler.Task, done <-chan result) (result, error) {
	var r result
	err := t.Timeout(10*time.Second, func() (err error) {
		r, err = scheduler.Await(t, func(context.Context) (result, error) { return <-done, nil })
		return err
	})
	return r, err
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
		port, err1 := board.UART(task, uartPort, 115200)
		peer, err2 := board.UART(task, uartPeer, 115200)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		for _, way := range []struct {
			from, to io.ReadWriter
			text     string
		}{{port, peer, "AT\r\x00\x03\x11\xff"}, {peer, port, "OK\n"}} {
			done := readUART(way.to, len(way.text))
			if _, err := scheduler.Await(task, func(context.Context) (int, error) { return way.from.Write([]byte(way.text)) }); err != nil {
				return err
			}
			if r, err := await(task, done); err != nil || r.err != nil || r.text != way.text {
				t.Errorf("%q arrived as %q (%v, %v)", way.text, r.text, r.err, err)
			}
		}
		return nil
	})
}

func TestClosingASerialPortEndsARead(t *testing.T) {
	begin(t)
	onBoard(t, func(task *scheduler.Task, board *gpio.Board) error {
		port, err := board.UART(task, uartPort, 9600)
		if err != nil {
			return err
		}
		done := readUART(port, 1)
		if err := task.Sleep(200 * time.Millisecond); err != nil { // until it waits
			return err
		}
		if err := board.Close(task); err != nil {
			return err
		}
		if r, err := await(task, done); err != nil || !errors.Is(r.err, os.ErrClosed) {
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
		port, err := board.UART(task, uartPort, 9600)
		if err != nil {
			return err
		}
		done := readUART(port, 1)
		if err := task.Sleep(200 * time.Millisecond); err != nil { // until it waits
			return err
		}
		g.write(driver+"/unbind", filepath.Base(device), 0o200)
		defer g.write(driver+"/bind", filepath.Base(device), 0o200)
		r, err := await(task, done)
		if err != nil || r.err == nil || !strings.HasPrefix(r.err.Error(), uartPort+": ") {
			t.Errorf("the read returned %q, %v (%v)", r.text, r.err, err)
		}
		return nil
	})
}
