package periph

import (
	"os"
	"syscall"
	"unsafe"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
)

// handle is lines that the kernel has given us. Bit n of its values is the line that
// was asked for as number n.
type handle interface {
	// Read waits for edges and takes as many as are there and fit. It is an error
	// once the lines are closed, os.ErrClosed, or their chip is gone.
	Read(edges []uapi.LineEvent) (int, error)
	Values(mask uapi.LineBitmap) (uapi.LineBitmap, error)
	SetValues(uapi.LineValues) error
	// Close releases the lines and ends a Read. A second Close is an error.
	Close() error
}

// requester asks for lines of the chip at a path.
type requester func(chip string, request *uapi.LineRequest) (handle, error)

// requestLines asks the kernel, by the ioctl GPIO_V2_GET_LINE.
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

// lineFile is the descriptor that stands for lines. The runtime's poller waits for
// its edges, so that a Close ends the wait.
type lineFile struct {
	file *os.File
	conn syscall.RawConn // of file; it keeps the descriptor open during an ioctl
}

func newLineFile(fd int, chip string) (*lineFile, error) {
	if err := unix.SetNonblock(fd, true); err != nil { // else the poller would not take it
		unix.Close(fd)
		return nil, err
	}
	f := os.NewFile(uintptr(fd), chip)
	conn, err := f.SyscallConn()
	return &lineFile{f, conn}, err
}

const edgeSize = unsafe.Sizeof(uapi.LineEvent{})

// The kernel writes edges as this structure on every machine.
var _ [48]struct{} = [edgeSize]struct{}{}

func (l *lineFile) Read(edges []uapi.LineEvent) (int, error) {
	n, err := l.file.Read(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(edges))), len(edges)*int(edgeSize)))
	return n / int(edgeSize), err
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
		return errClosed // Control knows no other
	}
	return err
}

func (l *lineFile) Close() error { return l.file.Close() }
