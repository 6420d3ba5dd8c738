package cdev

import (
	"errors"
	"os"
	"syscall"
	"time"
	"unsafe"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
)

// handle is a line request of the kernel: one or more open lines. Bit n of its values
// is the line at index n of the request.
type handle interface {
	// Read waits for edges, and passes on as many as are queued and fit, again and again.
	// It fails with os.ErrClosed after Close, and with another error if the chip was
	// removed.
	Read(edges []uapi.LineEvent, take func(edges []uapi.LineEvent)) error
	// ReadOne waits for one edge until the timeout, forever if that is negative. It
	// fails with os.ErrDeadlineExceeded if there was none.
	ReadOne(timeout time.Duration) error
	Values(mask uapi.LineBitmap) (uapi.LineBitmap, error)
	SetValues(uapi.LineValues) error
	// Close releases the lines and ends a Read. A second Close is an error.
	Close() error
}

// requester requests lines of the chip at a path.
type requester func(chip string, request *uapi.LineRequest) (handle, error)

// requestLines requests lines by the ioctl GPIO_V2_GET_LINE.
func requestLines(chip string, request *uapi.LineRequest) (handle, error) {
	f, err := os.Open(chip)
	if err != nil {
		return nil, err
	}
	defer f.Close() // the lines do not need it
	if err := uapi.GetLine(f.Fd(), request); err != nil {
		return nil, err
	}
	return newLineFile(int(request.Fd), chip)
}

// lineFile is the file descriptor of a request. The runtime's poller waits for its
// edges, so that Close ends the wait.
type lineFile struct {
	file *os.File
	conn syscall.RawConn // of file; keeps the descriptor open during an ioctl
}

func newLineFile(fd int, chip string) (*lineFile, error) {
	if err := unix.SetNonblock(fd, true); err != nil { // required by the poller
		unix.Close(fd)
		return nil, err
	}
	f := os.NewFile(uintptr(fd), chip)
	conn, err := f.SyscallConn()
	return &lineFile{f, conn}, err
}

const edgeSize = unsafe.Sizeof(uapi.LineEvent{})

// The structure has the same size on every architecture.
var _ [48]struct{} = [edgeSize]struct{}{}

// Read makes one system call each time that the poller reports edges. An os.File would
// make another one, which finds none, before it waits. The call does not block and
// bypasses the Go scheduler, which would wake the runtime's monitor thread.
func (l *lineFile) Read(edges []uapi.LineEvent, take func([]uapi.LineEvent)) error {
	err := os.ErrClosed // the only error of the poller's
	_ = l.conn.Read(func(fd uintptr) bool {
		for {
			n, _, errno := unix.RawSyscall(unix.SYS_READ, fd, uintptr(unsafe.Pointer(unsafe.SliceData(edges))), uintptr(len(edges))*edgeSize)
			switch {
			case errno == unix.EAGAIN:
				return false
			case errno != 0:
				err = &os.PathError{Op: "read", Path: l.file.Name(), Err: errno}
				return true
			}
			got := edges[:n/edgeSize]
			take(got)
			if len(got) < len(edges) {
				return false
			}
		}
	})
	return err
}

func (l *lineFile) ReadOne(timeout time.Duration) error {
	var event [edgeSize]byte
	// A deadline that has passed would make the read fail although an edge is queued.
	err := l.control(func(fd uintptr) error {
		_, err := unix.Read(int(fd), event[:])
		return err
	})
	if !errors.Is(err, unix.EAGAIN) {
		return err
	}
	if timeout == 0 {
		return os.ErrDeadlineExceeded
	}
	var deadline time.Time
	if timeout > 0 {
		deadline = time.Now().Add(timeout)
	}
	if err := l.file.SetReadDeadline(deadline); err != nil {
		return err
	}
	_, err = l.file.Read(event[:])
	return err
}

func (l *lineFile) Values(mask uapi.LineBitmap) (uapi.LineBitmap, error) {
	values := uapi.LineValues{Mask: mask}
	err := l.control(func(fd uintptr) error { return uapi.GetLineValuesV2(fd, &values) })
	return values.Bits, err
}

func (l *lineFile) SetValues(values uapi.LineValues) error {
	return l.control(func(fd uintptr) error { return uapi.SetLineValuesV2(fd, values) })
}

func (l *lineFile) control(ioctl func(fd uintptr) error) error {
	var err error
	if l.conn.Control(func(fd uintptr) { err = ioctl(fd) }) != nil {
		return os.ErrClosed // the only error of Control
	}
	return err
}

func (l *lineFile) Close() error { return l.file.Close() }
