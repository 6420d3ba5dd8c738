package periph

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// fakePort is a port with the faults of periph.io's: Connect works once, and using
// or closing it after it was closed panics.
type fakePort struct {
	spi.Port
	spi.Conn
	connected, closed bool
	hz                physic.Frequency
	mode              spi.Mode
	bits, max         int
	calls             [][]spi.Packet
	sent              [][]byte
	err               error
}

func (p *fakePort) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	if p.connected {
		return nil, errors.New("Connect() can only be called exactly once")
	}
	p.connected, p.hz, p.mode, p.bits = true, f, mode, bits
	return p, nil
}

func (p *fakePort) TxPackets(packets []spi.Packet) error {
	if p.closed {
		panic("transfer on a closed port")
	}
	p.calls = append(p.calls, append([]spi.Packet(nil), packets...))
	return p.err
}

func (p *fakePort) Close() error {
	if p.closed {
		panic("closed twice")
	}
	p.closed = true
	return nil
}

func (p *fakePort) MaxTxSize() int                    { return p.max }
func (p *fakePort) Duplex() conn.Duplex               { return conn.Full }
func (p *fakePort) LimitSpeed(physic.Frequency) error { return nil }
func (p *fakePort) String() string                    { return "fake" }

func boardWithPort(open func(bus, chipSelect int) (spi.PortCloser, error)) *Board {
	b := boardOf()
	b.openPort = open
	return b
}

func TestAFrameIsOneTransferOfPacketsThatEachReleaseChipSelect(t *testing.T) {
	port := &fakePort{max: 8192}
	s, err := boardWithPort(func(bus, cs int) (spi.PortCloser, error) {
		if bus != 1 || cs != 2 {
			t.Errorf("bus %d, chip select %d", bus, cs)
		}
		return port, nil
	}).OpenSPI("/dev/spidev1.2", 1_200_000)
	if err != nil {
		t.Fatal(err)
	}
	if port.hz != 1200*physic.KiloHertz || port.mode != spi.Mode0 || port.bits != 8 {
		t.Errorf("connected at %v in mode %v with %d bits", port.hz, port.mode, port.bits)
	}
	if s.MaxTx() != 8192 {
		t.Errorf("MaxTx %d", s.MaxTx())
	}
	for _, frame := range [][][]byte{{{1, 2}, {3}, {4, 5, 6}}, {{7}}} {
		if err := s.Tx(frame...); err != nil {
			t.Fatal(err)
		}
		packets := port.calls[len(port.calls)-1]
		if len(packets) != len(frame) {
			t.Fatalf("%d packets of %d", len(packets), len(frame))
		}
		for i, p := range packets {
			if !bytes.Equal(p.W, frame[i]) || p.KeepCS || len(p.R) != 0 {
				t.Errorf("packet %d is %+v", i, p)
			}
		}
	}
	if len(port.calls) != 2 {
		t.Errorf("%d transfers for 2 frames", len(port.calls))
	}
}

func TestAFrameAllocatesNothingOfOurs(t *testing.T) {
	s := &spiPort{port: &fakePort{}, conn: quietConn{}}
	frame := make([][]byte, 8)
	for i := range frame {
		frame[i] = []byte{1, 2, 3, 4, 5, 6, 7, 8}
	}
	if n := testing.AllocsPerRun(100, func() { _ = s.Tx(frame...) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

type quietConn struct{ spi.Conn }

func (quietConn) TxPackets([]spi.Packet) error { return nil }

func TestAPortThatWasClosedIsAnErrorAndCanBeOpenedAgain(t *testing.T) {
	b := boardWithPort(func(int, int) (spi.PortCloser, error) { return new(fakePort), nil })
	for range 2 {
		s, err := b.OpenSPI("SPI0.0", 1e6)
		if err != nil {
			t.Fatal(err)
		}
		if s.MaxTx() != 4096 {
			t.Errorf("MaxTx %d where periph.io does not know it", s.MaxTx())
		}
		for range 2 {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := s.Tx([]byte{1}); !errors.Is(err, errClosed) {
			t.Errorf("transfer after Close: %v", err)
		}
	}
}

func TestATransferThatFailsNamesThePort(t *testing.T) {
	broken := errors.New("input/output error")
	b := boardWithPort(func(int, int) (spi.PortCloser, error) { return &fakePort{err: broken}, nil })
	s, err := b.OpenSPI("SPI0.1", 1e6)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Tx([]byte{1}); !errors.Is(err, broken) || !strings.Contains(err.Error(), "SPI0.1") {
		t.Error(err)
	}
}

func TestPortsThatCannotBeOpenedSayWhatToDo(t *testing.T) {
	b := boardWithPort(func(int, int) (spi.PortCloser, error) { return nil, errors.New("no such file") })
	for _, c := range []struct {
		title, name, want string
		hz                int64
	}{
		{"no port's name", "spi0", "write SPI0.0", 1e6},
		{"a bus without chip select", "SPI0", "write SPI0.0", 1e6},
		{"a negative bus", "SPI-1.0", "write SPI0.0", 1e6},
		{"too slow", "SPI0.0", "100 Hz to 1 GHz", 99},
		{"too fast", "SPI0.0", "100 Hz to 1 GHz", 1e9 + 1},
		{"a port that is not there", "SPI0.200", "dtparam=spi=on", 1e6},
		{"a bus that is not there", "SPI77.0", "overlay", 1e6},
	} {
		t.Run(c.title, func(t *testing.T) {
			if _, err := b.OpenSPI(c.name, c.hz); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want …%s…", err, c.want)
			}
		})
	}
}
