package periph

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// spiTransfer is struct spi_ioc_transfer of linux/spi/spidev.h, the same on all
// architectures: one packet of a message.
type spiTransfer struct {
	tx, rx         uint64 // addresses; 0: nothing to send, nobody listens
	length         uint32 // bytes
	speedHz        uint32
	delayUsecs     uint16
	bitsPerWord    uint8
	csChange       uint8 // release chip select after it; on a message's last: keep it
	txBits, rxBits uint8
	wordDelayUsecs uint8
	_              uint8
}

// maxTransfers is how many fit in the number of an ioctl, which gives 14 bits to
// their size in bytes.
const maxTransfers = (1<<14 - 1) / int(unsafe.Sizeof(spiTransfer{}))

// sendMessage is the ioctl SPI_IOC_MESSAGE(len(transfers)). It lasts as long as the
// transfers, and longer if their driver hangs. What they point to must be kept.
func sendMessage(fd uintptr, transfers []spiTransfer) error {
	size := uintptr(len(transfers)) * unsafe.Sizeof(spiTransfer{})
	request := 1<<30 | size<<16 | 'k'<<8 // _IOW('k', 0, transfers)
	// The conversion stands in the call, which keeps the list until the call returns.
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, fd, request, uintptr(unsafe.Pointer(&transfers[0]))); errno != 0 {
		return errno
	}
	return nil
}
