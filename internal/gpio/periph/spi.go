package periph

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/internal/gpio"
)

// OpenSPI opens SPIB.C or /dev/spidevB.C: bus B, chip select C.
func (b *Board) OpenSPI(name string, hz int64) (gpio.SPI, error) {
	bus, chipSelect, err := parsePort(name)
	if err != nil {
		return nil, err
	}
	if hz < 100 || hz > 1e9 {
		return nil, fmt.Errorf("%s at %d Hz: a port runs at 100 Hz to 1 GHz", name, hz)
	}
	path := fmt.Sprintf("%s/spidev%d.%d", b.dev, bus, chipSelect)
	limit, err := b.configure(bus, chipSelect, hz)
	if err != nil {
		return nil, explainPort(name, path, err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, explainPort(name, path, err)
	}
	return newSPIPort(name, hz, limit, file, b.sendMessage)
}

// configure sets the mode of a port through periph.io, and returns its largest
// transfer in bytes.
//
// The mode belongs to the port and stays. periph.io's descriptor does not: newer
// kernels hold a lock of the port during a transfer, and want it when any descriptor
// of the port is closed, which would have to wait for a transfer that hangs.
func (b *Board) configure(bus, chipSelect int, hz int64) (limit int, err error) {
	port, err := b.openPort(bus, chipSelect)
	if err != nil {
		return 0, err
	}
	limit = 4096 // the kernel's default, where periph.io could not read it
	if limits, ok := port.(conn.Limits); ok && limits.MaxTxSize() > 0 {
		limit = limits.MaxTxSize()
	}
	_, err = port.Connect(physic.Frequency(hz)*physic.Hertz, spi.Mode0, 8)
	return limit, errors.Join(err, port.Close())
}

// parsePort reads the number of the bus and of the chip select.
func parsePort(name string) (bus, chipSelect int, err error) {
	number, isSPI := strings.CutPrefix(gpio.Canonical(name), "SPI")
	left, right, hasDot := strings.Cut(number, ".")
	b, errB := strconv.ParseUint(left, 10, 16)
	c, errC := strconv.ParseUint(right, 10, 8)
	if !isSPI || !hasDot || errB != nil || errC != nil {
		return 0, 0, fmt.Errorf("%s is no SPI port: write SPI0.0 or /dev/spidev0.0, bus and chip select", name)
	}
	return int(b), int(c), nil
}

// explainPort looks at the device itself, since periph.io's error is a text.
func explainPort(name, path string, err error) error {
	switch access := unix.Access(path, unix.R_OK|unix.W_OK); {
	case errors.Is(access, fs.ErrNotExist) && strings.HasPrefix(filepath.Base(path), "spidev0."):
		return fmt.Errorf("%s does not exist: add dtparam=spi=on to /boot/firmware/config.txt and restart", name)
	case errors.Is(access, fs.ErrNotExist):
		return fmt.Errorf("%s does not exist: `ptvd pins` lists the ports; more of them need an overlay in /boot/firmware/config.txt, such as dtoverlay=spi1-1cs", name)
	case access != nil:
		return fmt.Errorf("%s: %w", name, advise(path, &os.PathError{Op: "open", Path: path, Err: access}))
	}
	return fmt.Errorf("%s: %w", name, err)
}
