package periph

import (
	"io"

	"go.bug.st/serial"
)

// OpenUART opens a serial port by its device file, such as /dev/ttyAMA0 or
// /dev/serial0.
func (Board) OpenUART(name string, baud int) (io.ReadWriteCloser, error) {
	port, err := serial.Open(name, &serial.Mode{BaudRate: baud})
	if err != nil {
		return nil, explainDevice(name, name, err, "add enable_uart=1 to /boot/firmware/config.txt and restart; `ptvd pins` lists the serial ports")
	}
	return port, nil
}
