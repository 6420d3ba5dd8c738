package periph

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spireg"
	"periph.io/x/host/v3/sysfs"

	board "ptvd/internal/gpio"
	"ptvd/internal/gpio/periph/devfile"
)

// OpenSPI opens a port that is registered in spireg, such as SPI0.0 or /dev/spidev0.0,
// or one that was added after the process started.
func (Board) OpenSPI(name string) (spi.PortCloser, error) {
	initDrivers()
	for _, ref := range spireg.All() {
		if name == ref.Name || board.Canonical(name) == board.Canonical(ref.Name) {
			port, err := ref.Open()
			return port, explainPort(name, err)
		}
	}
	bus, chipSelect, err := parsePort(name)
	if err != nil {
		return nil, err
	}
	port, err := sysfs.NewSPI(bus, chipSelect)
	if err != nil {
		return nil, explainPort(name, err)
	}
	return port, nil
}

// parsePort returns the numbers of the bus and the chip select.
func parsePort(name string) (bus, chipSelect int, err error) {
	number, isSPI := strings.CutPrefix(board.Canonical(name), "SPI")
	left, right, hasDot := strings.Cut(number, ".")
	b, errB := strconv.ParseUint(left, 10, 16)
	c, errC := strconv.ParseUint(right, 10, 8)
	if !isSPI || !hasDot || errB != nil || errC != nil {
		return 0, 0, fmt.Errorf("%s is not an SPI port: write SPI0.0 or /dev/spidev0.0, bus and chip select", name)
	}
	return int(b), int(c), nil
}

// explainPort adds to an error of opening a port what to do about it.
func explainPort(name string, err error) error {
	if err == nil {
		return nil
	}
	path := "/dev/spidev" + strings.TrimPrefix(board.Canonical(name), "SPI")
	if strings.HasPrefix(filepath.Base(path), "spidev0.") {
		return explainDevice(name, path, err, "add dtparam=spi=on to /boot/firmware/config.txt and restart")
	}
	return explainDevice(name, path, err, "`ptvd pins` lists the ports; more of them need an overlay in /boot/firmware/config.txt, such as dtoverlay=spi1-1cs")
}

// explainDevice looks at the device file itself, since an error of periph has only a
// text.
func explainDevice(name, path string, err error, ifMissing string) error {
	access := unix.Access(path, unix.R_OK|unix.W_OK)
	if access == nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	cause := &os.PathError{Op: "open", Path: path, Err: access}
	if access == unix.ENOENT {
		return fmt.Errorf("%s does not exist: %s: %w", name, ifMissing, fs.ErrNotExist)
	}
	return fmt.Errorf("%s: %w", name, devfile.Explain(path, cause))
}
