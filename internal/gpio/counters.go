package gpio

import "sync/atomic"

// Counters counts the SPI transfers of a board. Its methods may be called from any
// goroutine.
type Counters struct{ transfers, bytes atomic.Uint64 }

// Transfers returns the number of successful transfers: system calls, each with one
// packet or more.
func (c *Counters) Transfers() uint64 { return c.transfers.Load() }

// Bytes returns the number of bytes sent by them.
func (c *Counters) Bytes() uint64 { return c.bytes.Load() }

// Count returns the backend with its SPI transfers counted.
func (c *Counters) Count(b Backend) Backend { return counted{b, c} }

type counted struct {
	Backend
	counters *Counters
}

func (b counted) OpenSPI(name string, hz int64) (SPI, error) {
	port, err := b.Backend.OpenSPI(name, hz)
	if err != nil {
		return nil, err
	}
	return countedSPI{port, b.counters}, nil
}

type countedSPI struct {
	SPI
	counters *Counters
}

func (p countedSPI) Tx(packets ...[]byte) error {
	if err := p.SPI.Tx(packets...); err != nil {
		return err
	}
	var bytes int
	for _, packet := range packets {
		bytes += len(packet)
	}
	p.counters.transfers.Add(1)
	p.counters.bytes.Add(uint64(bytes))
	return nil
}
