package sim

import (
	"fmt"
	"sync"
	"syscall"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

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
	maxTx    = 4096
	minSpeed = 100 * physic.Hertz
)

// port is an SPI port with one chip select.
type port struct {
	name   string
	held   []byte     // received since chip select was asserted, while KeepCS holds it
	bus    sync.Mutex // held during a transfer; taken before the board's lock
	device Device     // nil if there is none, which the controller cannot detect
	fails  *failures
}

// failures are of the next n transfers. There are none in nil.
type failures struct {
	n   int
	err error
}

// next returns the error of a transfer that fails.
func (f *failures) next() error {
	if f == nil || f.n == 0 {
		return nil
	}
	f.n--
	return f.err
}

// openPort is an open port.
type openPort struct {
	board     *Board
	port      *port
	connected bool
	closed    bool
}

// OpenSPI opens a port. Like the kernel's, it can be opened several times.
func (b *Board) OpenSPI(name string) (spi.PortCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, closedError("the board")
	}
	p := b.ports[gpio.Canonical(name)]
	if p == nil {
		return nil, fmt.Errorf("no SPI port is named %s: the simulated board has SPI0.0 and SPI0.1", name)
	}
	return &openPort{board: b, port: p}, nil
}

// String returns the name.
func (s *openPort) String() string { return s.port.name }

// LimitSpeed accepts any speed in the range of the real ports.
func (s *openPort) LimitSpeed(f physic.Frequency) error {
	if f < minSpeed || f > physic.GigaHertz {
		return fmt.Errorf("%s: clock of %s: it must be %s to %s", s.port.name, f, minSpeed, physic.GigaHertz)
	}
	return nil
}

// Connect implements spi.Port. Like that of a real port, it can be called once.
func (s *openPort) Connect(f physic.Frequency, _ spi.Mode, bits int) (spi.Conn, error) {
	if err := s.LimitSpeed(f); err != nil {
		return nil, err
	}
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	switch {
	case s.closed:
		return nil, closedError(s.port.name)
	case s.connected:
		return nil, fmt.Errorf("%s: Connect can be called only once", s.port.name)
	case bits != 8:
		return nil, fmt.Errorf("%s: %d bits per word: the simulated board has 8", s.port.name, bits)
	}
	s.connected = true
	return &connection{s}, nil
}

// connection is a connected port.
type connection struct{ *openPort }

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
	b.findPort(name).fails = &failures{n, err}
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

// Duplex returns conn.Full.
func (c *connection) Duplex() conn.Duplex { return conn.Full }

// MaxTxSize implements conn.Limits.
func (c *connection) MaxTxSize() int { return maxTx }

// Tx sends a packet, and receives zeros.
func (c *connection) Tx(w, r []byte) error {
	clear(r)
	return c.TxPackets([]spi.Packet{{W: w, R: r}})
}

// TxPackets sends packets. The bytes of packets with KeepCS reach the device together
// with those of the next one.
func (c *connection) TxPackets(packets []spi.Packet) error {
	c.port.bus.Lock()
	defer c.port.bus.Unlock()
	device, err := c.begin(packets)
	if err != nil || device == nil {
		return err
	}
	for i := range packets {
		if len(c.port.held) == 0 && !packets[i].KeepCS {
			device.Receive(packets[i].W)
			continue
		}
		c.port.held = append(c.port.held, packets[i].W...)
		if !packets[i].KeepCS {
			device.Receive(c.port.held)
			c.port.held = c.port.held[:0]
		}
	}
	return nil
}

// begin returns the port's device, or the error with which a transfer fails.
func (c *connection) begin(packets []spi.Packet) (Device, error) {
	c.board.mu.Lock()
	defer c.board.mu.Unlock()
	size := 0
	for _, packet := range packets {
		size += max(len(packet.W), len(packet.R))
	}
	switch {
	case c.closed:
		return nil, closedError(c.port.name)
	case size > maxTx:
		return nil, fmt.Errorf("%s: transfer of %d bytes, the maximum is %d: %w", c.port.name, size, maxTx, syscall.EMSGSIZE)
	}
	return c.port.device, c.port.fails.next()
}

// Close releases the port.
func (s *openPort) Close() error {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	s.closed = true
	return nil
}
