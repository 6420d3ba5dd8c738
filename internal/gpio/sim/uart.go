package sim

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// uart is the serial port /dev/ttyAMA0, and what is connected to it.
type uart struct {
	mu       sync.Mutex
	arrived  *sync.Cond
	open     bool
	received []byte // by the board, not read yet
	sent     []byte // by the board, not taken yet
}

func newUART() *uart {
	u := &uart{}
	u.arrived = sync.NewCond(&u.mu)
	return u
}

// OpenUART opens the port.
func (b *Board) OpenUART(name string, baud int) (io.ReadWriteCloser, error) {
	b.mu.Lock()
	closed := b.closed
	b.mu.Unlock()
	u := b.uart
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case closed:
		return nil, closedError("the board")
	case name != "/dev/ttyAMA0":
		return nil, fmt.Errorf("no serial port is named %s: the simulated board has /dev/ttyAMA0", name)
	case baud <= 0:
		return nil, fmt.Errorf("%s: %d baud: it must be greater than 0", name, baud)
	case u.open:
		return nil, busyError(name, "a serial port")
	}
	u.open = true
	return u, nil
}

// SendUART sends bytes to the board, which keeps them until it reads them.
func (b *Board) SendUART(bytes []byte) {
	b.uart.mu.Lock()
	defer b.uart.mu.Unlock()
	b.uart.received = append(b.uart.received, bytes...)
	b.uart.arrived.Broadcast()
}

// TakeUART returns what the board has sent since the last call.
func (b *Board) TakeUART() []byte {
	b.uart.mu.Lock()
	defer b.uart.mu.Unlock()
	sent := b.uart.sent
	b.uart.sent = nil
	return sent
}

// Read waits, in real time, for at least one byte.
func (u *uart) Read(p []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for u.open && len(u.received) == 0 {
		u.arrived.Wait()
	}
	if !u.open {
		return 0, os.ErrClosed
	}
	n := copy(p, u.received)
	u.received = u.received[n:]
	return n, nil
}

// Write sends bytes.
func (u *uart) Write(p []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.open {
		return 0, os.ErrClosed
	}
	u.sent = append(u.sent, p...)
	return len(p), nil
}

// Close ends a Read.
func (u *uart) Close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.open = false
	u.arrived.Broadcast()
	return nil
}
