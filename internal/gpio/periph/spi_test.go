package periph

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/internal/gpio"
)

// fakePort is a port with the faults of periph.io's: Connect works once, and using
// or closing it after it was closed panics.
type fakePort struct {
	spi.Conn
	connected, closed bool
	hz                physic.Frequency
	mode              spi.Mode
	bits, max         int
	err               error
}

func (p *fakePort) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	if p.connected || p.closed {
		panic("Connect() can only be called exactly once")
	}
	p.connected, p.hz, p.mode, p.bits = true, f, mode, bits
	return p, p.err
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

// fakeSPI is the kernel's side of a board with SPI0.0 and SPI1.2. As the kernel
// does, it finds the packets by their addresses and nothing else.
type fakeSPI struct {
	*Board
	t        *testing.T
	memory   *os.File
	port     *fakePort // the last that was opened
	max      int       // what the port says
	messages [][]spiTransfer
	packets  [][]byte
	before   func(fd uintptr) error // if set, what the driver does before a message
}

func newFakeSPI(t *testing.T) *fakeSPI {
	memory, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { memory.Close() })
	f := &fakeSPI{Board: &Board{}, t: t, memory: memory, max: 4096}
	f.dev = t.TempDir()
	for _, node := range []string{"spidev0.0", "spidev1.2"} {
		if err := os.WriteFile(filepath.Join(f.dev, node), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f.openPort = func(int, int) (spi.PortCloser, error) {
		f.port = &fakePort{max: f.max}
		return f.port, nil
	}
	f.sendMessage = f.message
	return f
}

func (f *fakeSPI) message(fd uintptr, transfers []spiTransfer) error {
	if f.before != nil {
		if err := f.before(fd); err != nil {
			return err
		}
	}
	for _, transfer := range transfers {
		packet := make([]byte, transfer.length)
		if _, err := f.memory.ReadAt(packet, int64(transfer.tx)); err != nil {
			f.t.Errorf("packet at %#x: %v", transfer.tx, err)
		}
		f.packets = append(f.packets, packet)
	}
	f.messages = append(f.messages, append([]spiTransfer(nil), transfers...))
	return nil
}

// open opens SPI0.0.
func (f *fakeSPI) open() gpio.SPI {
	f.t.Helper()
	s, err := f.OpenSPI("SPI0.0", 1_200_000)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// frame returns packets of a size, no two of them alike.
func frame(packets, size int) [][]byte {
	all := make([][]byte, packets)
	for i := range all {
		all[i] = make([]byte, size)
		for k := range all[i] {
			all[i][k] = byte(i*31 + k)
		}
	}
	return all
}

func TestAPortIsSetUpOnceAndPeriphLetsGoOfItBeforeTheFirstTransfer(t *testing.T) {
	f := newFakeSPI(t)
	f.max = 8192
	s, err := f.OpenSPI("/dev/spidev1.2", 1_200_000)
	if err != nil {
		t.Fatal(err)
	}
	if f.port.hz != 1200*physic.KiloHertz || f.port.mode != spi.Mode0 || f.port.bits != 8 {
		t.Errorf("connected at %v in mode %v with %d bits", f.port.hz, f.port.mode, f.port.bits)
	}
	if !f.port.closed {
		t.Error("to close periph.io's descriptor later may take as long as a transfer hangs")
	}
	if s.MaxTx() != 8192 {
		t.Errorf("MaxTx %d", s.MaxTx())
	}
}

func TestAFrameIsOneMessageOfPacketsThatEachReleaseChipSelect(t *testing.T) {
	for _, packets := range []int{1, 4, 5, 8, 13} {
		t.Run(fmt.Sprint(packets, " packets"), func(t *testing.T) {
			f := newFakeSPI(t)
			s := f.open()
			for range 2 {
				f.messages, f.packets = nil, nil
				sent := frame(packets, 8)
				if err := s.Tx(sent...); err != nil {
					t.Fatal(err)
				}
				if len(f.messages) != 1 || !reflect.DeepEqual(f.packets, sent) {
					t.Fatalf("%d messages of the packets %v, want one of %v", len(f.messages), f.packets, sent)
				}
				for i, transfer := range f.messages[0] {
					want := spiTransfer{tx: transfer.tx, length: 8, speedHz: 1_200_000, bitsPerWord: 8, csChange: 1}
					if i == packets-1 {
						want.csChange = 0 // the end of the message releases it, and this bit would keep it
					}
					if transfer != want {
						t.Errorf("transfer %d is %+v", i, transfer)
					}
				}
			}
		})
	}
}

func TestATransferIsLaidOutAsTheKernelReadsIt(t *testing.T) {
	if size := unsafe.Sizeof(spiTransfer{}); size != 32 {
		t.Errorf("%d bytes", size)
	}
	var transfer spiTransfer
	if at := unsafe.Offsetof(transfer.length); at != 16 {
		t.Errorf("length at %d", at)
	}
	if at := unsafe.Offsetof(transfer.csChange); at != 27 {
		t.Errorf("cs_change at %d", at)
	}
}

func TestTheGarbageCollectorLeavesAFrameUntilTheKernelHasReadIt(t *testing.T) {
	f := newFakeSPI(t)
	s := f.open()
	var kept [][]byte
	f.before = func(uintptr) error {
		runtime.GC()
		for kept = nil; len(kept) < 1000; { // goes where garbage of this size was
			kept = append(kept, bytes.Repeat([]byte{0xFF}, 32))
		}
		return nil
	}
	for range 20 {
		f.packets = nil
		if err := s.Tx(frame(13, 32)...); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(f.packets, frame(13, 32)) {
			t.Fatalf("the kernel read %x", f.packets)
		}
	}
}

func TestAFrameAllocatesNothing(t *testing.T) {
	f := newFakeSPI(t)
	f.sendMessage = func(uintptr, []spiTransfer) error { return nil }
	s, sent := f.open(), frame(13, 8)
	if n := testing.AllocsPerRun(100, func() { _ = s.Tx(sent...) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func TestPacketsThatOneMessageCannotTakeGoOutInSeveral(t *testing.T) {
	for _, c := range []struct {
		title               string
		packets, size, max  int
		messages, lastTakes int
	}{
		{"as many short ones as arm64 counts as 4096 bytes", 32, 8, 4096, 1, 32},
		{"one more", 33, 8, 4096, 2, 1},
		{"as many as the number of an ioctl allows", 511, 1, 1 << 20, 1, 511},
		{"one more than that", 512, 1, 1 << 20, 2, 1},
		{"one that fills the transfer", 1, 4096, 4096, 1, 1},
		{"one that fills it, but not up to the alignment", 1, 1000, 1000, 1, 1},
		{"none", 0, 0, 4096, 0, 0},
	} {
		t.Run(c.title, func(t *testing.T) {
			f := newFakeSPI(t)
			f.max = c.max
			sent := frame(c.packets, c.size)
			if err := f.open().Tx(sent...); err != nil {
				t.Fatal(err)
			}
			if len(f.messages) != c.messages {
				t.Fatalf("%d messages, want %d", len(f.messages), c.messages)
			}
			if c.messages == 0 {
				return
			}
			if last := f.messages[c.messages-1]; len(last) != c.lastTakes || last[len(last)-1].csChange != 0 {
				t.Errorf("the last message is %+v", last)
			}
			if !reflect.DeepEqual(f.packets, sent) {
				t.Error("other packets arrived than were sent")
			}
		})
	}
}

func TestATransferOfTooManyBytesIsRefusedWhole(t *testing.T) {
	f := newFakeSPI(t)
	err := f.open().Tx(make([]byte, 4000), make([]byte, 97))
	if !errors.Is(err, unix.EMSGSIZE) || !strings.Contains(err.Error(), "SPI0.0: 4097 bytes in one transfer, 4096 at most") {
		t.Error(err)
	}
	if len(f.messages) != 0 {
		t.Error("a part of it was sent")
	}
}

func TestATransferThatFailsNamesThePortAndTheNextOneWorks(t *testing.T) {
	f := newFakeSPI(t)
	s := f.open()
	f.before = func(uintptr) error { return unix.EIO }
	if err := s.Tx([]byte{1}); !errors.Is(err, unix.EIO) || !strings.Contains(err.Error(), "SPI0.0") {
		t.Error(err)
	}
	f.before = nil
	if err := s.Tx([]byte{2}); err != nil || !reflect.DeepEqual(f.packets, [][]byte{{2}}) {
		t.Errorf("%v, %v", f.packets, err)
	}
}

func TestCloseDoesNotWaitForATransferThatHangs(t *testing.T) {
	f := newFakeSPI(t)
	hangs, goOn := make(chan uintptr), make(chan struct{})
	f.before = func(fd uintptr) error {
		hangs <- fd
		<-goOn
		return nil
	}
	s, sent := f.open(), make(chan error)
	go func() { sent <- s.Tx(frame(8, 8)...) }()
	fd := <-hangs
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	node := filepath.Join(f.dev, "spidev0.0")
	if path, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd)); path != node {
		t.Errorf("the descriptor is another's during the transfer: %s, %v", path, err)
	}
	close(goOn)
	if err := <-sent; err != nil {
		t.Error(err)
	}
	if path, _ := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd)); path == node {
		t.Error("the transfer is over, and its descriptor is still open")
	}
	if err := s.Tx([]byte{1}); !errors.Is(err, errClosed) || !strings.Contains(err.Error(), "SPI0.0") {
		t.Errorf("transfer after Close: %v", err)
	}
}

func TestAPortThatWasClosedIsAnErrorAndCanBeOpenedAgain(t *testing.T) {
	f := newFakeSPI(t)
	f.max = 0
	for range 2 {
		s := f.open()
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

func TestAPortWhoseModeCannotBeSetIsLetGo(t *testing.T) {
	f := newFakeSPI(t)
	port := &fakePort{err: errors.New("invalid argument")}
	f.openPort = func(int, int) (spi.PortCloser, error) { return port, nil }
	if _, err := f.OpenSPI("SPI0.0", 1e6); !errors.Is(err, port.err) || !strings.Contains(err.Error(), "SPI0.0") {
		t.Error(err)
	}
	if !port.closed {
		t.Error("it is still open")
	}
}

func TestPortsThatCannotBeOpenedSayWhatToDo(t *testing.T) {
	f := newFakeSPI(t)
	f.openPort = func(int, int) (spi.PortCloser, error) { return nil, errors.New("no such file") }
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
			if _, err := f.OpenSPI(c.name, c.hz); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want …%s…", err, c.want)
			}
		})
	}
}
