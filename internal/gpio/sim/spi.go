package sim

import (
	"fmt"
	"sync"
	"syscall"

	"ptvd/internal/gpio"
)

// Device is a device at the chip select of an SPI port.
type Device interface {
	// Receive is called when chip select is released, with the bytes that were
	// shifted in while it was asserted. It is called on the goroutine of the
	// transfer, one packet at a time, and must not keep the slice.
	Receive(packet []byte)
}

// maxTx is the default bufsiz of spidev, and minHz the lowest clock that periph
// accepts.
const (
	maxTx = 4096
	minHz = 100
)

// port is an SPI port with one chip select.
type port struct {
	name     string
	consumer string
	bus      sync.Mutex // held during a transfer; taken before the board's lock
	device   Device     // nil if there is none, which the controller cannot detect
	failures int        // number of transfers that will fail
	failure  error
}

// spi is an open port.
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
		return nil, fmt.Errorf("no SPI port is named %s: the simulated board has SPI0.0 and SPI0.1", name)
	case hz < minHz:
		return nil, fmt.Errorf("%s: clock of %d Hz: the minimum is %d Hz", name, hz, minHz)
	case p.consumer != "":
		return nil, busyError(p.name, p.consumer)
	}
	p.consumer = "an SPI port"
	return &spi{board: b, port: p}, nil
}

// Attach connects a device to a port, in place of the previous one. With nil the port
// has no device; transfers still succeed, since SPI has no acknowledgement.
func (b *Board) Attach(name string, d Device) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.findPort(name).device = d
}

// FailSPI makes the next n transfers of a port fail before their first byte is sent.
func (b *Board) FailSPI(name string, n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.findPort(name)
	p.failures, p.failure = n, err
}

// findPort returns a port for the methods that simulate hardware. The caller holds the
// lock.
func (b *Board) findPort(name string) *port {
	p := b.ports[gpio.Canonical(name)]
	if p == nil {
		panic("sim: no SPI port is named " + name)
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

// begin returns the port's device, or the error with which a transfer fails.
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
		return nil, fmt.Errorf("%s: transfer of %d bytes, the maximum is %d: %w", s.port.name, size, maxTx, syscall.EMSGSIZE)
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
