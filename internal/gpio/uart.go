package gpio

import (
	"fmt"
	"io"
)

// uartPort is a claimed serial port.
type uartPort struct {
	guard
	port    io.ReadWriteCloser
	counter *Counter
}

// Read waits for at least one byte. Close ends it.
func (p *uartPort) Read(b []byte) (int, error) {
	if err := p.check(); err != nil {
		return 0, err
	}
	n, err := p.port.Read(b)
	if n > 0 {
		p.counter.add(n)
	}
	if closed := p.check(); err != nil && closed != nil {
		return n, closed
	}
	return n, p.named(err)
}

// Write sends bytes.
func (p *uartPort) Write(b []byte) (int, error) {
	if err := p.lock(); err != nil {
		return 0, err
	}
	defer p.unlock()
	n, err := p.port.Write(b)
	if n > 0 {
		p.counter.add(n)
	}
	return n, p.named(err)
}

func (p *uartPort) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", p.name, err)
}
