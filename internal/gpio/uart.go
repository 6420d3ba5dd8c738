package gpio

import "io"

// uartPort is a claimed serial port.
type uartPort struct {
	guard
	port io.ReadWriteCloser
}

// Read waits for at least one byte. Close ends it.
func (p *uartPort) Read(b []byte) (int, error) {
	if err := p.check(); err != nil {
		return 0, err
	}
	n, err := p.port.Read(b)
	if closed := p.check(); err != nil && closed != nil {
		return n, closed
	}
	return n, err
}

// Write sends bytes.
func (p *uartPort) Write(b []byte) (int, error) {
	if err := p.lock(); err != nil {
		return 0, err
	}
	defer p.unlock()
	return p.port.Write(b)
}
