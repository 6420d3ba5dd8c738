package gpio

import (
	"fmt"
	"runtime"
	"syscall"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// maxPackets is the largest number of packets in one call of periph's TxPackets. With
// more, its sysfs driver allocates the list of transfers and passes its address to the
// kernel as a number, so that the garbage collector may free the list.
const maxPackets = 4

// defaultMaxTx is the limit of the kernel's spidev for the bytes of one call, unless its
// parameter bufsiz was changed.
const defaultMaxTx = 4096

// spiPort is a claimed port.
type spiPort struct {
	guard
	port    spi.PortCloser
	counter *Counter
	max     int // bytes in one call
}

func newSPIPort(name string, port spi.PortCloser, counter *Counter) *spiPort {
	p := &spiPort{guard: guard{name: Canonical(name), release: port.Close}, port: port, counter: counter, max: defaultMaxTx}
	if limits, ok := port.(conn.Limits); ok && limits.MaxTxSize() > 0 {
		p.max = limits.MaxTxSize()
	}
	return p
}

// String returns the name.
func (p *spiPort) String() string { return p.name }

// LimitSpeed implements spi.PortCloser.
func (p *spiPort) LimitSpeed(f physic.Frequency) error {
	if err := p.lock(); err != nil {
		return err
	}
	defer p.unlock()
	return p.port.LimitSpeed(f)
}

// Connect implements spi.Port.
func (p *spiPort) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	if err := p.lock(); err != nil {
		return nil, err
	}
	defer p.unlock()
	c, err := p.port.Connect(f, mode, bits)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.name, err)
	}
	return &spiConn{p, c}, nil
}

// spiConn is a connection of a claimed port.
type spiConn struct {
	*spiPort
	conn spi.Conn
}

var (
	_ spi.Conn    = (*spiConn)(nil)
	_ conn.Limits = (*spiConn)(nil)
)

// Duplex implements conn.Conn.
func (c *spiConn) Duplex() conn.Duplex { return c.conn.Duplex() }

// MaxTxSize implements conn.Limits.
func (c *spiConn) MaxTxSize() int { return c.max }

// Tx implements conn.Conn.
func (c *spiConn) Tx(w, r []byte) error {
	if err := c.lock(); err != nil {
		return err
	}
	defer c.unlock()
	if err := c.conn.Tx(w, r); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	c.counter.add(max(len(w), len(r)))
	return nil
}

// TxPackets implements spi.Conn. Chip select is released after each packet without
// KeepCS. More packets than fit into one system call, which is four, take several.
func (c *spiConn) TxPackets(packets []spi.Packet) error {
	total := 0
	for i := range packets {
		total += packetSize(&packets[i])
	}
	if total > c.max {
		return fmt.Errorf("%s: transfer of %d bytes, the maximum is %d: %w", c.name, total, c.max, syscall.EMSGSIZE)
	}
	if err := c.lock(); err != nil {
		return err
	}
	defer c.unlock()
	// periph passes the addresses of the bytes to the kernel as numbers, which do not
	// keep the bytes from being freed.
	defer runtime.KeepAlive(packets)
	for len(packets) > 0 {
		n, bytes := c.fit(packets)
		if err := c.conn.TxPackets(packets[:n]); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		c.counter.add(bytes)
		packets = packets[n:]
	}
	return nil
}

// fit returns how many packets fit into one call, and their bytes. The kernel rounds the
// size of each packet up to its DMA alignment: 128 bytes on arm64, less elsewhere.
func (c *spiConn) fit(packets []spi.Packet) (n, bytes int) {
	const alignment = 128
	room := c.max
	for i := range packets {
		size := packetSize(&packets[i])
		room -= (size + alignment - 1) &^ (alignment - 1)
		if i == maxPackets || i > 0 && room < 0 {
			return i, bytes
		}
		bytes += size
	}
	return len(packets), bytes
}

func packetSize(p *spi.Packet) int { return max(len(p.W), len(p.R)) }
