package sim_test

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/internal/gpio/sim"
)

// connect opens a port.
func connect(b *sim.Board, name string) (spi.Conn, error) {
	port, err := b.OpenSPI(name)
	if err != nil {
		return nil, err
	}
	return port.Connect(physic.MegaHertz, spi.Mode0, 8)
}

// device remembers what it received.
type device struct{ packets []string }

func (d *device) Receive(packet []byte) { d.packets = append(d.packets, fmt.Sprintf("%x", packet)) }

func TestADeviceReceivesEveryPacket(t *testing.T) {
	board, d := idle(), new(device)
	board.Attach("SPI0.0", d)
	port, err := connect(board, "/dev/spidev0.0")
	if err != nil {
		t.Fatal(err)
	}
	if err := port.TxPackets([]spi.Packet{{W: []byte{1, 2}}, {W: []byte{3}, KeepCS: true}, {W: []byte{4}}}); err != nil {
		t.Fatal(err)
	}
	board.Attach("SPI0.0", nil)
	if err := port.Tx([]byte{5, 6}, nil); err != nil {
		t.Error("an unplugged device was noticed:", err)
	}
	if want := []string{"0102", "0304"}; !slices.Equal(d.packets, want) {
		t.Errorf("got %q, want %q", d.packets, want)
	}
}

func TestATransferIsLimitedTo4096BytesInAllPackets(t *testing.T) {
	board, d := idle(), new(device)
	board.Attach("SPI0.0", d)
	port, err := connect(board, "SPI0.0")
	if err != nil {
		t.Fatal(err)
	}
	half := spi.Packet{W: make([]byte, port.(conn.Limits).MaxTxSize()/2)}
	if err := port.TxPackets([]spi.Packet{half, half}); err != nil {
		t.Error(err)
	}
	if err := port.TxPackets([]spi.Packet{half, half, {W: []byte{1}}}); !errors.Is(err, syscall.EMSGSIZE) || len(d.packets) != 2 {
		t.Errorf("one byte more: %v after %d packets", err, len(d.packets))
	}
}

func TestFailSPIFailsTheGivenNumberOfTransfers(t *testing.T) {
	board, d := idle(), new(device)
	board.Attach("SPI0.1", d)
	port, err := connect(board, "SPI0.1")
	if err != nil {
		t.Fatal(err)
	}
	board.FailSPI("SPI0.1", 2, syscall.EIO)
	for i, want := range []error{syscall.EIO, syscall.EIO, nil} {
		if err := port.Tx([]byte{byte(i)}, nil); err != want {
			t.Errorf("transfer %d: %v, want %v", i, err, want)
		}
	}
	if want := []string{"02"}; !slices.Equal(d.packets, want) {
		t.Errorf("got %q, want %q", d.packets, want)
	}
}

func TestEachOpenPortIsConnectedOnceAndWithinItsClockRange(t *testing.T) {
	board, d := idle(), new(device)
	board.Attach("SPI0.0", d)
	port, err := board.OpenSPI("SPI0.0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := port.Connect(99*physic.Hertz, spi.Mode0, 8); err == nil {
		t.Error("99 Hz were accepted")
	}
	second, err := connect(board, "/dev/spidev0.0")
	if err != nil {
		t.Fatal("a second time: ", err)
	}
	if _, err := port.Connect(physic.MegaHertz, spi.Mode0, 8); err != nil {
		t.Error(err)
	}
	if _, err := port.Connect(physic.MegaHertz, spi.Mode0, 8); err == nil {
		t.Error("it was connected twice")
	}
	if err := errors.Join(port.Close(), port.Close(), second.Tx([]byte{1}, nil)); err != nil || len(d.packets) != 1 {
		t.Errorf("after the first was closed: %v, %q", err, d.packets)
	}
}
