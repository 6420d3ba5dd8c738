package gpio

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// fakePort is a port that behaves like periph's: Connect works once, and a second Close
// or a transfer after Close panics.
type fakePort struct {
	connected, closed bool
	max               int
	calls             [][]spi.Packet
	err               error         // of the next transfer
	hang              chan struct{} // if set, a transfer waits for it, after receiving from started
	started           chan struct{}
}

func (p *fakePort) Connect(physic.Frequency, spi.Mode, int) (spi.Conn, error) {
	if p.connected || p.closed {
		panic("Connect() can only be called exactly once")
	}
	p.connected = true
	return p, nil
}

func (p *fakePort) Close() error {
	if p.closed {
		panic("closed twice")
	}
	p.closed = true
	return nil
}

func (p *fakePort) TxPackets(packets []spi.Packet) error {
	if p.closed {
		panic("transfer after Close")
	}
	if p.hang != nil {
		p.started <- struct{}{}
		<-p.hang
	}
	if p.err != nil {
		return p.err
	}
	p.calls = append(p.calls, packets)
	return nil
}

func (p *fakePort) Tx(w, r []byte) error              { return p.TxPackets([]spi.Packet{{W: w, R: r}}) }
func (p *fakePort) MaxTxSize() int                    { return p.max }
func (p *fakePort) Duplex() conn.Duplex               { return conn.Full }
func (p *fakePort) LimitSpeed(physic.Frequency) error { return nil }
func (p *fakePort) String() string                    { return "fake" }

// connect returns a connection of a claimed port.
func connect(t *testing.T, port *fakePort) (*spiConn, *Counter) {
	t.Helper()
	var counter Counter
	c, err := newSPIPort("/dev/spidev0.0", port, &counter).Connect(physic.MegaHertz, spi.Mode0, 8)
	if err != nil {
		t.Fatal(err)
	}
	return c.(*spiConn), &counter
}

// frame returns packets of a size.
func frame(packets, size int) []spi.Packet {
	all := make([]spi.Packet, packets)
	for i := range all {
		all[i].W = make([]byte, size)
		all[i].W[0] = byte(i)
	}
	return all
}

func TestNoCallHasMorePacketsThanPeriphSendsSafelyOrTheKernelAccepts(t *testing.T) {
	for _, c := range []struct{ packets, size, max, calls int }{
		{1, 8, 4096, 1},
		{4, 8, 4096, 1},
		{5, 8, 4096, 2},
		{8, 8, 4096, 2},
		{13, 8, 4096, 4},
		{4, 1024, 4096, 1},
		{2, 1000, 2000, 2}, // 1024 bytes each for arm64
		{1, 4096, 4096, 1},
		{1, 1000, 1000, 1},
		{0, 0, 4096, 0},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			port := &fakePort{max: c.max}
			conn, counter := connect(t, port)
			sent := frame(c.packets, c.size)
			if err := conn.TxPackets(sent); err != nil {
				t.Fatal(err)
			}
			var got []spi.Packet
			for _, call := range port.calls {
				if len(call) > maxPackets {
					t.Errorf("a call of %d packets", len(call))
				}
				got = append(got, call...)
			}
			if len(port.calls) != c.calls || len(got) != len(sent) || len(sent) > 0 && !reflect.DeepEqual(got, sent) {
				t.Errorf("%d calls, want %d; packets %v", len(port.calls), c.calls, got)
			}
			if counter.Transfers() != uint64(c.calls) || counter.Bytes() != uint64(c.packets*c.size) {
				t.Errorf("counted %d transfers and %d bytes", counter.Transfers(), counter.Bytes())
			}
		})
	}
}

func TestAFrameDoesNotAllocate(t *testing.T) {
	port := &discardingPort{}
	conn := &spiConn{newSPIPort("SPI0.0", port, new(Counter)), port}
	sent := frame(8, 8)
	if n := testing.AllocsPerRun(100, func() { _ = conn.TxPackets(sent) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

type discardingPort struct{ fakePort }

func (p *discardingPort) TxPackets([]spi.Packet) error { return nil }

func TestATransferThatIsTooLongIsRejectedAsAWhole(t *testing.T) {
	port := &fakePort{}
	conn, _ := connect(t, port)
	if conn.MaxTxSize() != 4096 {
		t.Errorf("the limit is %d bytes although periph does not know it", conn.MaxTxSize())
	}
	err := conn.TxPackets([]spi.Packet{{W: make([]byte, 4000)}, {R: make([]byte, 97)}})
	if !errors.Is(err, syscall.EMSGSIZE) || !strings.Contains(err.Error(), "SPI0.0: transfer of 4097 bytes, the maximum is 4096") {
		t.Error(err)
	}
	if len(port.calls) != 0 {
		t.Error("a part of it was sent")
	}
}

func TestOnlySuccessfulTransfersAreCounted(t *testing.T) {
	port := &fakePort{err: syscall.EIO}
	conn, counter := connect(t, port)
	for _, err := range []error{conn.Tx([]byte{1}, nil), conn.TxPackets(frame(1, 1))} {
		if !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), "SPI0.0") {
			t.Error(err)
		}
	}
	port.err = nil
	if err := errors.Join(conn.Tx([]byte{1, 2}, nil), conn.TxPackets(frame(2, 8))); err != nil {
		t.Error(err)
	}
	if counter.Transfers() != 2 || counter.Bytes() != 18 {
		t.Errorf("%d transfers, %d bytes; want 2 and 18", counter.Transfers(), counter.Bytes())
	}
}

func TestUseAfterCloseIsAnErrorWherePeriphPanics(t *testing.T) {
	conn, _ := connect(t, &fakePort{})
	if err := errors.Join(conn.Close(), conn.Close()); err != nil {
		t.Error(err)
	}
	_, connected := conn.Connect(physic.MegaHertz, spi.Mode0, 8)
	for i, err := range []error{conn.Tx([]byte{1}, nil), conn.TxPackets(frame(5, 1)), conn.LimitSpeed(physic.MegaHertz), connected} {
		if !errors.Is(err, os.ErrClosed) || !strings.Contains(err.Error(), "SPI0.0") {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestAPortIsClosedAfterTheTransferInProgress(t *testing.T) {
	port := &fakePort{hang: make(chan struct{}), started: make(chan struct{})}
	conn, _ := connect(t, port)
	sent := make(chan error)
	go func() { sent <- conn.TxPackets(frame(4, 8)) }()
	<-port.started
	if err := conn.Close(); !errors.Is(err, errInUse) || port.closed {
		t.Errorf("during the transfer: %v; closed: %v", err, port.closed)
	}
	close(port.hang)
	if err := errors.Join(<-sent, conn.Close()); err != nil || !port.closed {
		t.Errorf("%v; closed: %v", err, port.closed)
	}
}
