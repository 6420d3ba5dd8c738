package periph

import (
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio/gpioreg"

	board "ptvd/internal/gpio"
	"ptvd/internal/gpio/header"
	"ptvd/internal/gpio/periph/cdev"
	"ptvd/internal/gpio/periph/devfile"
	"ptvd/internal/gpio/periph/pwmclass"
	"ptvd/internal/gpio/periph/sensors"
)

// Inventory lists the GPIO lines, buses, ports and sensors of the machine, and why some of them
// cannot be used.
type Inventory struct {
	Board string          `json:"board,omitempty"` // Raspberry Pi 3 Model B Rev 1.2
	Chips []Chip          `json:"chips"`
	SPI   []Port          `json:"spi"`
	I2C   []Port          `json:"i2c"`
	UART  []Port          `json:"uart"`
	PWM   []pwmclass.Chip `json:"pwm"`

	Sensors []sensors.Channel `json:"sensors"`
}

// Chip is a GPIO chip, and Line one of its lines.
type (
	Chip = cdev.Chip
	Line = cdev.Line
)

// Port is an SPI port with one chip select, an I2C bus or a serial port.
type Port struct {
	Name    string `json:"name"` // SPI0.0
	Path    string `json:"path"` // /dev/spidev0.0
	Problem string `json:"problem,omitempty"`
}

// TakeInventory lists what the machine has. It opens no line and no port, so it does not
// disturb other programs. With an error it returns what could be read nevertheless.
func TakeInventory() (Inventory, error) {
	pwm, err := pwmclass.Chips()
	i := Inventory{
		header.This().Name, cdev.Chips(), ports("/dev/spidev*"), ports("/dev/i2c-*"),
		ports("/dev/ttyAMA*", "/dev/ttyS*", "/dev/ttyUSB*", "/dev/ttyACM*"), pwm, sensors.List(),
	}
	i.addFunctions(header.This())
	return i, err
}

// addFunctions adds to the lines of the header which device has them. The kernel tells it
// nowhere else to users other than root: to its GPIO interface such a line looks free.
func (i *Inventory) addFunctions(on *header.Board) {
	c, _ := cdev.Lookup(i.Chips, "GPIO0")
	if c == nil {
		return
	}
	for n := range c.Lines {
		c.Lines[n].Function = on.Function(c.Lines[n].Offset)
	}
	for _, port := range slices.Concat(i.SPI, i.I2C) {
		for _, own := range on.BusLines(port.Name) {
			if _, line := cdev.Lookup(i.Chips, own.Line); line != nil && line.Function == "" {
				line.Function = strings.ToLower(header.Bus(port.Name))
			}
		}
	}
}

func ports(patterns ...string) []Port {
	list := []Port{}
	for _, pattern := range patterns {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			port := Port{Name: board.Canonical("/dev/" + filepath.Base(path)), Path: path}
			if err := unix.Access(path, unix.R_OK|unix.W_OK); err != nil {
				port.Problem = devfile.Explain(path, err).Error()
			}
			list = append(list, port)
		}
	}
	return list
}

// Lines returns the GPIO chips with their lines. Like TakeInventory it opens none.
func Lines() []Chip { return cdev.Chips() }

// CheckLine returns an error if neither a line has this name nor a pin of another driver.
func CheckLine(chips []Chip, name string) error {
	err := cdev.Check(chips, name)
	if err != nil {
		initDrivers()
		if gpioreg.ByName(name) != nil {
			return nil
		}
	}
	return err
}

// Lookup returns the line with a name and its chip, nil if there is none.
func Lookup(chips []Chip, name string) (*Chip, *Line) { return cdev.Lookup(chips, name) }
