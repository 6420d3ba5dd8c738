package sim

import (
	"fmt"
	"sync"
	"syscall"

	"ptvd/internal/gpio"
)

// Device hangs on the chip select of an SPI port.
type Device interface {
	// Receive takes what was shifted in while chip select was held, on its
	// release. It is called on the goroutine that transfers, one packet at a
	// time, and must not keep the slice.
	Receive(packet []byte)
}

// maxTx is spidev's default bufsiz, and minHz the slowest clock that periph asks
// it for.
const (
	maxTx = 4096
	minHz = 100
)

// port is an SPI port with one chip select.
type port struct {
	name     string
	consumer string
	bus      sync.Mutex // held during a transfer; taken before the board's lock
	device   Device     // nil: nothing hangs on it, and nobody notices
	failures int        // transfers that are still to fail
	failure  error
}

// spi is a port while it is open.
type spi struct {
	board  *Board
	port   *port
	closed bool
}

// OpenSPI opens a port.
func (b *Board) OpenSPI(name string, hz int64) (gpio.SPI, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, closedError("the board")
	}
	p := b.ports[gpio.Canonical(name)]
	switch {
	case p == nil:
		return nil, fmt.Errorf("there is no SPI port %s: the simulated board has SPI0.0 and SPI0.1", name)
	case hz < minHz:
		return nil, fmt.Errorf("%s at %d Hz: it must be %d at least", name, hz, minHz)
	case p.consumer != "":
		return nil, busyError(p.name, p.consumer)
	}
	p.consumer = "an SPI port"
	return &spi{board: b, port: p}, nil
}

// Attach hangs a device on a port, in the place of the one before. Nil unplugs
// it: SPI has no answer that could be missed, so transfers still succeed.
func (b *Board) Attach(name string, d Device) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.findPort(name).device = d
}

// FailSPI makes the next n transfers of a port fail, before any byte of them has
// arrived.
func (b *Board) FailSPI(name string, n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.findPort(name)
	p.failures, p.failure = n, err
}

// findPort returns a port for the world outside. The lock is held.
func (b *Board) findPort(name string) *port {
	p := b.ports[gpio.Canonical(name)]
	if p == nil {
		panic("sim: there is no SPI port " + name)
	}
	return p
}

// Tx sends packets.
func (s *spi) Tx(packets ...[]byte) error {
	s.port.bus.Lock()
	defer s.port.bus.Unlock()
	device, err := s.begin(packets)
	if err != nil || device == nil {
		return err
	}
	for _, packet := range packets {
		device.Receive(packet)
	}
	return nil
}

// begin finds whatever keeps a transfer from going through.
func (s *spi) begin(packets [][]byte) (Device, error) {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	size := 0
	for _, packet := range packets {
		size += len(packet)
	}
	switch {
	case s.closed:
		return nil, closedError(s.port.name)
	case size > maxTx:
		return nil, fmt.Errorf("%s: %d bytes in one transfer, %d at most: %w", s.port.name, size, maxTx, syscall.EMSGSIZE)
	case s.port.failures > 0:
		s.port.failures--
		return nil, s.port.failure
	}
	return s.port.device, nil
}

// MaxTx is the largest transfer in bytes.
func (s *spi) MaxTx() int { return maxTx }

// Close releases the port.
func (s *spi) Close() error {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	if !s.closed {
		s.closed = true
		s.port.consumer = ""
	}
	return nil
}
