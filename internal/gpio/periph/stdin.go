package periph

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// keepStdin runs something that may close file descriptor 0, and puts back what
// was there.
//
// periph.io does so where /dev/gpiochip4 is a link to gpiochip0, as Raspberry Pi
// OS makes it: it closes the chip that it sees a second time, and then the chip's
// descriptor again, which is 0 by now. A GPIO line that is given the free
// descriptor 0 counts as not open and is lost for good.
func keepStdin(run func()) error {
	if err := fillZero(unix.Open(os.DevNull, unix.O_RDONLY, 0)); err != nil {
		return err
	}
	saved, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return fmt.Errorf("keep standard input: %w", err)
	}
	defer unix.Close(saved)
	run()
	return fillZero(unix.FcntlInt(uintptr(saved), unix.F_DUPFD, 0))
}

// fillZero takes a descriptor that was just made. The kernel gives the lowest free
// number, so that it is 0 where 0 was free, and else too many.
func fillZero(fd int, err error) error {
	if err != nil {
		return fmt.Errorf("keep standard input: %w", err)
	}
	if fd == 0 {
		return nil
	}
	return unix.Close(fd)
}
