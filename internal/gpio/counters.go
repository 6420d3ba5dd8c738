package gpio

import "sync/atomic"

// Counters counts what goes over a board's SPI ports, whichever board it is. Any
// goroutine may read them.
type Counters struct{ transfers, bytes atomic.Uint64 }

// Transfers returns how many transfers succeeded: system calls, each with one
// packet or more.
func (c *Counters) Transfers() uint64 { return c.transfers.Load() }

// Bytes returns how many bytes they sent.
func (c *Counters) Bytes() uint64 { return c.bytes.Load() }

// Count returns the backend with its ports counted.
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
