// Package header knows what is on the pins of a Raspberry Pi: which model this machine is,
// by its device tree, where its PWM channels may be routed, and which lines belong to a
// bus.
//
// Names are canonical: GPIO17, SPI0.0, I2C1, /dev/ttyAMA0.
package header

import (
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Model is a processor of Raspberry Pis.
type Model struct {
	Compatible string // in the device tree
	Boards     string
	Chip       string     // label of the GPIO chip of the header
	PWMDevice  string     // of its PWM chip in sysfs; the chip's number differs between kernels
	PWM        [][]string // the lines of the header that each PWM channel can drive, one of them at a time
}

// Models are the known models. Sources: bindings arm/bcm/bcm2835.yaml of Linux
// (compatible); drivers/pinctrl/bcm/pinctrl-bcm2835.c and pinctrl-rp1.c (labels, and the
// PWM functions of a Raspberry Pi 5's pins); the device trees bcm283x.dtsi, bcm2711.dtsi
// and rp1.dtsi (addresses of the PWM chips); BCM2835 ARM Peripherals, 6.2 (PWM0 and PWM1).
var Models = []*Model{
	{"brcm,bcm2835", "Raspberry Pi 1 or Zero", "pinctrl-bcm2835", "2020c000.pwm", twoChannels},
	{"brcm,bcm2836", "Raspberry Pi 2", "pinctrl-bcm2835", "3f20c000.pwm", twoChannels},
	{"brcm,bcm2837", "Raspberry Pi 3 or Zero 2", "pinctrl-bcm2835", "3f20c000.pwm", twoChannels},
	{"brcm,bcm2711", "Raspberry Pi 4", "pinctrl-bcm2711", "fe20c000.pwm", twoChannels},
	{"brcm,bcm2712", "Raspberry Pi 5", "pinctrl-rp1", "1f00098000.pwm", [][]string{{"GPIO12"}, {"GPIO13"}, {"GPIO18", "GPIO14"}, {"GPIO19", "GPIO15"}}},
}

var twoChannels = [][]string{{"GPIO12", "GPIO18"}, {"GPIO13", "GPIO19"}}

// Lines is the number of lines of the header: GPIO0 to GPIO27.
const Lines = 28

// Board is a machine, as its device tree describes it.
type Board struct {
	Model *Model // nil if it is no Raspberry Pi
	Name  string // Raspberry Pi 3 Model B Rev 1.2
	Pins  int    // of its header: 26 or 40; 0: not known

	functions func() map[int]string
}

// This returns the machine that the process runs on. Overlays that are loaded later are
// not seen.
var This = sync.OnceValue(func() *Board { return Read(os.DirFS(deviceTree)) })

// narrow are the boards with 26 pins, in the device tree.
var narrow = []string{"raspberrypi,model-a", "raspberrypi,model-b", "raspberrypi,model-b-i2c0", "raspberrypi,model-b-rev2"}

// Read returns the machine of a device tree.
func Read(tree fs.FS) *Board {
	b := &Board{Name: strings.Join(words(tree, "model"), " "), functions: sync.OnceValue(func() map[int]string { return pinFunctions(tree) })}
	compatible := words(tree, "compatible")
	for _, m := range Models {
		if slices.Contains(compatible, m.Compatible) {
			b.Model, b.Pins = m, 40
		}
	}
	if slices.ContainsFunc(compatible, func(c string) bool { return slices.Contains(narrow, c) }) {
		b.Pins = 26
	}
	return b
}

// Function returns the device that has a line of the header, such as spi0 or pwm, by the
// device tree; empty: none, or not known.
func (b *Board) Function(line int) string { return b.functions()[line] }

// RoutedTo returns the line that the PWM channel of a line drives, by the device tree; the
// line itself if that does not tell.
func (b *Board) RoutedTo(line string) string {
	if b.Model == nil || b.Model.Channel(line) < 0 {
		return line
	}
	for _, other := range b.Model.PWM[b.Model.Channel(line)] {
		n, _ := strconv.Atoi(strings.TrimPrefix(other, "GPIO"))
		if strings.HasPrefix(b.Function(n), "pwm") {
			return other
		}
	}
	return line
}

// Channel returns the PWM channel that drives a line of a model, -1 if there is none.
func (m *Model) Channel(line string) int {
	return slices.IndexFunc(m.PWM, func(lines []string) bool { return slices.Contains(lines, line) })
}

// pinOf is the pin of the 40-pin header for each GPIO line (Raspberry Pi documentation,
// "GPIO and the 40-pin header"). The first 26 are those of the old header too.
var pinOf = [Lines]int{
	27, 28, 3, 5, 7, 29, 31, 26, 24, 21, 19, 23, 32, 33, // GPIO0 to 13
	8, 10, 36, 11, 12, 35, 38, 40, 15, 16, 18, 22, 37, 13, // GPIO14 to 27
}

// Pin returns the header's pin of a line such as GPIO17; 0: none.
func (b *Board) Pin(line string) int {
	digits, isLine := strings.CutPrefix(line, "GPIO")
	n, err := strconv.ParseUint(digits, 10, 8)
	if !isLine || err != nil || n >= Lines || b.Pins > 0 && pinOf[n] > b.Pins {
		return 0
	}
	return pinOf[n]
}
