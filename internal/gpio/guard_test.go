package gpio

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/internal/scheduler"
)

// hangingBoard has a port whose transfers take a time.
type hangingBoard struct {
	Backend
	clock *scheduler.VirtualClock
	hang  time.Duration
	port  *hangingPort // the last one
}

func (b *hangingBoard) OpenSPI(string) (spi.PortCloser, error) {
	b.port = &hangingPort{board: b}
	return b.port, nil
}

func (b *hangingBoard) sleep() error { return b.clock.Sleep(context.Background(), b.hang) }

type hangingPort struct {
	fakePort
	board    *hangingBoard
	closedAt scheduler.Instant
}

func (p *hangingPort) Connect(physic.Frequency, spi.Mode, int) (spi.Conn, error) { return p, nil }
func (p *hangingPort) TxPackets([]spi.Packet) error                              { return p.board.sleep() }

func (p *hangingPort) Close() error {
	p.closedAt = p.board.clock.Now()
	return p.fakePort.Close()
}

// closedDuringTransfer closes a board while a transfer takes a time, and returns how long
// that took.
func closedDuringTransfer(t *testing.T, transfer time.Duration) (took time.Duration, board *hangingBoard, closing error) {
	t.Helper()
	clock := scheduler.NewVirtualClock(0)
	board = &hangingBoard{clock: clock, hang: transfer}
	claims := NewClaims()
	err := scheduler.New(scheduler.Options{Clock: clock}).Run(func(task *scheduler.Task) error {
		view := NewBoard(board, claims, "panel")
		port, err := view.SPI(task, "SPI0.0")
		if err != nil {
			return err
		}
		conn, err := port.Connect(physic.MegaHertz, spi.Mode0, 8)
		if err != nil {
			return err
		}
		abandoned := task.Timeout(time.Nanosecond, func() error { return scheduler.Do(task, func() error { return conn.TxPackets(frame(1, 1)) }) })
		if !errors.Is(abandoned, scheduler.ErrTimeout) {
			return abandoned
		}
		began := task.Now()
		closing = view.Close(task)
		took = task.Now().Sub(began)
		if err := conn.Tx([]byte{1}, nil); !errors.Is(err, os.ErrClosed) {
			t.Errorf("a transfer after Close: %v", err)
		}
		if err := claims.take("SPI0.0", "other"); err != nil {
			t.Error(err)
		}
		return task.Sleep(time.Minute)
	})
	if err != nil {
		t.Fatal(err)
	}
	return took, board, closing
}

func TestClosingABoardWaitsForATransferInProgress(t *testing.T) {
	took, board, err := closedDuringTransfer(t, 100*time.Millisecond)
	if err != nil || took < 100*time.Millisecond-1 || took > 100*time.Millisecond+closePause || board.port.closedAt != scheduler.Instant(100*time.Millisecond) {
		t.Errorf("%v after %v; the port was closed at %v", err, took, board.port.closedAt)
	}
}

func TestAPortWhoseTransferHangsIsReleasedWhenTheTransferEnds(t *testing.T) {
	took, board, err := closedDuringTransfer(t, 30*time.Second)
	if want := "SPI0.0: not closed within 250ms: its driver hangs"; err == nil || err.Error() != want || took != closeTimeout {
		t.Errorf("%v after %v, want %s", err, took, want)
	}
	if board.port.closedAt != scheduler.Instant(30*time.Second) {
		t.Errorf("the port was closed at %v", board.port.closedAt)
	}
}

// closer is a part whose Close fails or hangs.
type closer func() error

func (c closer) Close() error { return c() }

func TestOnePartThatHangsDoesNotKeepOthersFromBeingClosed(t *testing.T) {
	clock := scheduler.NewVirtualClock(0)
	hang := closer(func() error { return clock.Sleep(context.Background(), time.Minute) })
	fails := closer(func() error { return errors.New("GPIO5: input/output error") })
	err := scheduler.New(scheduler.Options{Clock: clock}).Run(func(task *scheduler.Task) error {
		board := NewBoard(nil, NewClaims(), "test")
		for name, part := range map[string]closer{"GPIO18": hang, "GPIO4": hang, "GPIO5": fails} {
			if _, err := open(board, task, func() (closer, error) { return part, nil }, name); err != nil {
				return err
			}
		}
		err := board.Close(task)
		if took := task.Now(); took != scheduler.Instant(closeTimeout) {
			t.Errorf("closing took %v", took)
		}
		for _, want := range []string{"GPIO18: not closed within 250ms: its driver hangs", "GPIO4: not closed", "GPIO5: input/output error"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v; want …%s…", err, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
