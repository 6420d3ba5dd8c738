package periph

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// spiPort is an open port. It sends by ioctls of its own: of more than four packets,
// which is every frame of a panel, periph.io makes a new list of transfers and passes
// its address on as a number, so that the garbage collector may take the list before
// the kernel has read it.
type spiPort struct {
	name string
	hz   uint32
	max  int             // bytes
	file *os.File        // not pollable: its Close waits for nobody
	conn syscall.RawConn // of file
	send func(fd uintptr)

	mu        sync.Mutex // held during a transfer, so never taken by Close
	bytes     []byte     // of a message's packets, one after the other
	transfers []spiTransfer
	err       error // of the last message
}

func newSPIPort(name string, hz int64, limit int, file *os.File, ioctl func(uintptr, []spiTransfer) error) (*spiPort, error) {
	conn, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &spiPort{name: name, hz: uint32(hz), max: limit, file: file, conn: conn}
	s.send = func(fd uintptr) { s.err = ioctl(fd, s.transfers) } // once: made anew, it would be garbage of each frame
	return s, nil
}

// Tx sends packets in one ioctl, which nothing can interrupt; where they are more
// than the kernel takes in one, which is 32 short ones, in several.
func (s *spiPort) Tx(packets ...[]byte) error {
	size := 0
	for _, p := range packets {
		size += len(p)
	}
	if size > s.max {
		return fmt.Errorf("%s: %d bytes in one transfer, %d at most: %w", s.name, size, s.max, unix.EMSGSIZE)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(packets) > 0 {
		n := s.fit(packets)
		if err := s.message(packets[:n]); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		packets = packets[n:]
	}
	return nil
}

// fit returns how many of the packets the kernel takes in one message. It counts
// each as rounded up to its DMA alignment, which is 128 bytes on arm64 and less
// elsewhere.
func (s *spiPort) fit(packets [][]byte) int {
	const alignment = 128
	room := s.max
	for i, p := range packets {
		room -= (len(p) + alignment - 1) &^ (alignment - 1)
		if i > 0 && room < 0 || i == maxTransfers {
			return i
		}
	}
	return len(packets)
}

// message sends packets in one ioctl. The kernel is given their addresses as
// numbers, which keep nothing in its place. So the packets are copied to memory of
// the port, which is neither freed nor on a stack, that may move.
func (s *spiPort) message(packets [][]byte) error {
	s.bytes, s.transfers = s.bytes[:0], s.transfers[:0]
	for i, p := range packets {
		s.bytes = append(s.bytes, p...)
		t := spiTransfer{length: uint32(len(p)), speedHz: s.hz, bitsPerWord: 8}
		if i < len(packets)-1 {
			t.csChange = 1 // release chip select before the next; after the last it is anyway
		}
		s.transfers = append(s.transfers, t)
	}
	address := uint64(uintptr(unsafe.Pointer(unsafe.SliceData(s.bytes))))
	for i := range s.transfers {
		s.transfers[i].tx = address
		address += uint64(s.transfers[i].length)
	}
	// Control keeps the descriptor open until send returns, whatever Close does.
	if err := s.conn.Control(s.send); err != nil {
		return errClosed // Control knows no other
	}
	runtime.KeepAlive(s.bytes)
	return s.err
}

// MaxTx is 4096 bytes, unless the kernel was told otherwise.
func (s *spiPort) MaxTx() int { return s.max }

// Close returns at once, also while a transfer hangs. The descriptor is closed then
// by the transfer, once the kernel gives it back.
func (s *spiPort) Close() error {
	if err := s.file.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
