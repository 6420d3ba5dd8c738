package periph

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/internal/gpio"
)

// OpenSPI opens SPIB.C or /dev/spidevB.C: bus B, chip select C.
func (b *Board) OpenSPI(name string, hz int64) (gpio.SPI, error) {
	bus, chipSelect, err := parsePort(name)
	if err != nil {
		return nil, err
	}
	if hz < 100 || hz > 1e9 {
		return nil, fmt.Errorf("%s at %d Hz: a port runs at 100 Hz to 1 GHz", name, hz)
	}
	port, err := b.openPort(bus, chipSelect)
	if err != nil {
		return nil, explainPort(name, fmt.Sprintf("/dev/spidev%d.%d", bus, chipSelect), err)
	}
	c, err := port.Connect(physic.Frequency(hz)*physic.Hertz, spi.Mode0, 8)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), port.Close())
	}
	return &spiPort{name: name, port: port, conn: c}, nil
}

// parsePort reads the number of the bus and of the chip select.
func parsePort(name string) (bus, chipSelect int, err error) {
	number, isSPI := strings.CutPrefix(gpio.Canonical(name), "SPI")
	left, right, hasDot := strings.Cut(number, ".")
	b, errB := strconv.ParseUint(left, 10, 16)
	c, errC := strconv.ParseUint(right, 10, 8)
	if !isSPI || !hasDot || errB != nil || errC != nil {
		return 0, 0, fmt.Errorf("%s is no SPI port: write SPI0.0 or /dev/spidev0.0, bus and chip select", name)
	}
	return int(b), int(c), nil
}

// explainPort looks at the device itself, since periph.io's error is a text.
func explainPort(name, path string, err error) error {
	switch access := unix.Access(path, unix.R_OK|unix.W_OK); {
	case errors.Is(access, fs.ErrNotExist) && strings.HasPrefix(path, "/dev/spidev0."):
		return fmt.Errorf("%s does not exist: add dtparam=spi=on to /boot/firmware/config.txt and restart", name)
	case errors.Is(access, fs.ErrNotExist):
		return fmt.Errorf("%s does not exist: `ptvd pins` lists the ports; more of them need an overlay in /boot/firmware/config.txt, such as dtoverlay=spi1-1cs", name)
	case access != nil:
		return fmt.Errorf("%s: %w", name, advise(path, &os.PathError{Op: "open", Path: path, Err: access}))
	}
	return fmt.Errorf("%s: %w", name, err)
}

// spiPort is an open port. periph.io's panics when it is used or closed after it
// was closed. Its Connect works once, so that every open makes a new port.
type spiPort struct {
	name    string
	mu      sync.Mutex
	port    spi.PortCloser // nil once closed
	conn    spi.Conn
	packets []spi.Packet // kept from one transfer to the next
}

// Tx sends packets in one ioctl, which nothing can interrupt.
//
// periph.io makes a new list of transfers where there are more than four packets,
// and hands the kernel its address as a number. From there to the kernel's copy
// the garbage collector may take the list. It has about a microsecond for it, and
// most likely the transfer then fails; only an ioctl of our own would exclude it.
//
// The kernel rounds each packet up to its DMA alignment (128 bytes on arm64)
// when it counts them against MaxTx: of short packets it takes 32.
func (s *spiPort) Tx(packets ...[]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.port == nil {
		return fmt.Errorf("%s: %w", s.name, errClosed)
	}
	s.packets = s.packets[:0]
	for _, p := range packets {
		// Without KeepCS, periph.io releases chip select after each packet.
		s.packets = append(s.packets, spi.Packet{W: p})
	}
	err := s.conn.TxPackets(s.packets)
	clear(s.packets) // theirs again; and it was ours until here: periph.io passes addresses as numbers
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	return nil
}

// MaxTx is 4096, the kernel's default, where periph.io could not read it.
func (s *spiPort) MaxTx() int {
	if limits, ok := s.conn.(conn.Limits); ok && limits.MaxTxSize() > 0 {
		return limits.MaxTxSize()
	}
	return 4096
}

func (s *spiPort) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.port == nil {
		return nil
	}
	port := s.port
	s.port = nil
	return port.Close()
}
