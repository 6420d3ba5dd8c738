package periph

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// gpioExport is what periph.io's sysfs-gpio opens for the life of the process,
// though nobody here uses its pins.
const gpioExport = "/sys/class/gpio/export"

// keepStdin runs something that may close file descriptor 0, and puts back what
// was there, also where the file at the path taker was given the number.
//
// periph.io does so where /dev/gpiochip4 is a link to gpiochip0, as Raspberry Pi
// OS makes it: it closes the chip that it sees a second time, and then the chip's
// descriptor again, which is 0 by now. A GPIO line that is given the free
// descriptor 0 counts as not open and is lost for good. And where the process may
// open gpioExport, that is given it first.
func keepStdin(taker string, run func()) error {
	if err := fillZero(unix.Open(os.DevNull, unix.O_RDONLY, 0)); err != nil {
		return err
	}
	saved, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return fmt.Errorf("keep standard input: %w", err)
	}
	defer unix.Close(saved)
	run()
	var zero, taken unix.Stat_t
	if unix.Fstat(0, &zero) == nil && unix.Stat(taker, &taken) == nil && zero.Dev == taken.Dev && zero.Ino == taken.Ino {
		return unix.Dup3(saved, 0, 0)
	}
	// Any other file there is somebody's, and stays.
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
