package gpio

import "sync/atomic"

// Counter counts the successful transfers on ports or buses. Its methods may be called
// from any goroutine.
type Counter struct{ transfers, bytes atomic.Uint64 }

// Transfers returns the number of transfers: system calls, each with one packet or more.
// On a serial port these are its reads and writes.
func (c *Counter) Transfers() uint64 { return c.transfers.Load() }

// Bytes returns the number of bytes sent or received by them.
func (c *Counter) Bytes() uint64 { return c.bytes.Load() }

func (c *Counter) add(bytes int) {
	c.transfers.Add(1)
	c.bytes.Add(uint64(bytes))
}
