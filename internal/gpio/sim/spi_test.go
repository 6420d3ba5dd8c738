package sim_test

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"
)

// device remembers what it received.
type device struct{ packets []string }

func (d *device) Receive(packet []byte) { d.packets = append(d.packets, fmt.Sprintf("%x", packet)) }

func TestADeviceReceivesEveryPacket(t *testing.T) {
	board, d := idle(), new(device)
	board.Attach("SPI0.0", d)
	port, err := board.OpenSPI("/dev/spidev0.0", 1e6)
	if err != nil {
		t.Fatal(err)
	}
	if err := port.Tx([]byte{1, 2}, []byte{3, 4}); err != nil {
		t.Fatal(err)
	}
	board.Attach("SPI0.0", nil)
	if err := port.Tx([]byte{5, 6}); err != nil {
		t.Error("an unplugged device was noticed:", err)
	}
	if want := []string{"0102", "0304"}; !slices.Equal(d.packets, want) {
		t.Errorf("got %q, want %q", d.packets, want)
	}
}

func TestATransferIsLimitedTo4096BytesInAllPackets(t *testing.T) {
	board, d := idle(), new(device)
	board.Attach("SPI0.0", d)
	port, err := board.OpenSPI("SPI0.0", 1e6)
	if err != nil {
		t.Fatal(err)
	}
	half := make([]byte, port.MaxTx()/2)
	if err := port.Tx(half, half); err != nil {
		t.Error(err)
	}
	if err := port.Tx(half, half, []byte{1}); !errors.Is(err, syscall.EMSGSIZE) || len(d.packets) != 2 {
		t.Errorf("one byte more: %v after %d packets", err, len(d.packets))
	}
}

func TestFailSPIFailsTheGivenNumberOfTransfers(t *testing.T) {
	board, d := idle(), new(device)
	board.Attach("SPI0.1", d)
	port, err := board.OpenSPI("SPI0.1", 1e6)
	if err != nil {
		t.Fatal(err)
	}
	board.FailSPI("SPI0.1", 2, syscall.EIO)
	for i, want := range []error{syscall.EIO, syscall.EIO, nil} {
		if err := port.Tx([]byte{byte(i)}); err != want {
			t.Errorf("transfer %d: %v, want %v", i, err, want)
		}
	}
	if want := []string{"02"}; !slices.Equal(d.packets, want) {
		t.Errorf("got %q, want %q", d.packets, want)
	}
}

func TestAPortIsOpenedOnceAndWithinItsClockRange(t *testing.T) {
	board := idle()
	if _, err := board.OpenSPI("SPI0.0", 99); err == nil {
		t.Error("99 Hz were accepted")
	}
	port, err := board.OpenSPI("SPI0.0", 1e6)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := board.OpenSPI("/dev/spidev0.0", 1e6); !errors.Is(err, syscall.EBUSY) {
		t.Errorf("a second time: %v", err)
	}
	if err := errors.Join(port.Close(), port.Close()); err != nil {
		t.Error(err)
	}
	if _, err := board.OpenSPI("SPI0.0", 1e6); err != nil {
		t.Error(err)
	}
}
