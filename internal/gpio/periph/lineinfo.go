package periph

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// lineInfo is who has a line now, and for what. periph.io knows this only as it
// was when the process began, and the direction not at all.
type lineInfo struct {
	used     bool
	consumer string
	output   bool
}

// readLineInfo asks the kernel about a line of an open chip: the ioctl
// GPIO_V2_GET_LINEINFO of linux/gpio.h, since kernel 5.10.
func readLineInfo(chip *os.File, offset int) (lineInfo, error) {
	// struct gpio_v2_line_info: name[32], consumer[32], u32 offset, u32
	// num_attrs, u64 flags, and what does not matter here.
	var info [256]byte
	const request = uintptr(3)<<30 | uintptr(len(info))<<16 | 0xB4<<8 | 0x05 // _IOWR(0xB4, 0x05, info)
	binary.NativeEndian.PutUint32(info[64:], uint32(offset))
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, chip.Fd(), request, uintptr(unsafe.Pointer(&info))); errno != 0 {
		return lineInfo{}, fmt.Errorf("line %d of %s: %w", offset, chip.Name(), errno)
	}
	consumer, _, _ := bytes.Cut(info[32:64], []byte{0})
	flags := binary.NativeEndian.Uint64(info[72:])
	return lineInfo{used: flags&1 != 0, consumer: string(consumer), output: flags&8 != 0}, nil
}

// explain says who holds a line that is busy. The kernel's answer reaches us as a
// text: periph.io keeps no error number.
func (c chip) explain(err error, names []string, offsets []int) error {
	if !strings.Contains(err.Error(), unix.EBUSY.Error()) {
		return fmt.Errorf("%s: %w", strings.Join(names, ", "), err)
	}
	f, openErr := os.Open(c.path)
	if openErr != nil {
		return errors.Join(err, openErr)
	}
	defer f.Close()
	for i, offset := range offsets {
		if info, infoErr := readLineInfo(f, offset); infoErr == nil && info.used {
			if info.consumer == "" {
				info.consumer = "the kernel"
			}
			return fmt.Errorf("%s is in use by %s: stop that, or take another line", names[i], info.consumer)
		}
	}
	return fmt.Errorf("%s: %w", strings.Join(names, ", "), err)
}
