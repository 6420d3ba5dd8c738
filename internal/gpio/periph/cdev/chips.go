package cdev

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"ptvd/internal/textfmt"

	"github.com/warthog618/go-gpiocdev/uapi"

	"ptvd/internal/gpio/header"
	"ptvd/internal/gpio/periph/devfile"
)

// Chip is a GPIO chip.
type Chip struct {
	Name    string `json:"name"`  // gpiochip0
	Label   string `json:"label"` // what its driver calls it: pinctrl-bcm2711
	Path    string `json:"path"`
	Lines   []Line `json:"lines"`
	Polled  bool   `json:"polled,omitempty"`  // inputs are known to report no edges
	Problem string `json:"problem,omitempty"` // why its lines could not be read
	err     error  // behind Problem
}

// Line is a GPIO line.
type Line struct {
	Offset    int    `json:"offset"`
	Name      string `json:"name"` // empty if it cannot be opened
	Used      bool   `json:"used"`
	User      string `json:"user,omitempty"`      // consumer label; may be empty for drivers of the kernel
	Direction string `json:"direction,omitempty"` // input or output
	Function  string `json:"function,omitempty"`  // the device that has the pin: spi0, pwm
}

// Holder returns the name of the program or driver that has the line open; empty: none has.
func (l *Line) Holder() string {
	if !l.Used {
		return ""
	}
	return cmp.Or(l.User, "the kernel")
}

// Chips returns the GPIO chips with the current state of their lines, the chip of the
// 40-pin header first.
func Chips() []Chip { return readChips("/dev") }

// readChips skips links: Raspberry Pi OS has one from gpiochip4 to gpiochip0, which is
// not a second chip.
func readChips(dev string) []Chip {
	paths, _ := filepath.Glob(filepath.Join(dev, "gpiochip*"))
	chips := []Chip{}
	for _, path := range paths {
		if info, err := os.Lstat(path); err != nil || info.Mode().Type() == fs.ModeSymlink {
			continue
		}
		c := Chip{Name: filepath.Base(path), Path: path, Lines: []Line{}}
		if err := c.read(); err != nil {
			c.err = devfile.Explain(path, err)
			c.Problem = c.err.Error()
		}
		chips = append(chips, c)
	}
	slices.SortFunc(chips, func(a, b Chip) int {
		return cmp.Or(a.rank()-b.rank(), len(a.Name)-len(b.Name), strings.Compare(a.Name, b.Name))
	})
	number(chips)
	nameAfterLabel(chips)
	distinguish(chips)
	return chips
}

// number names the lines of the header GPIO0 to GPIO27, after their offsets on the chip
// of each Raspberry Pi. The device trees of Debian's kernel name some by their function:
// GPIO4 is GPIO_GCLK, GPIO14 is TXD1.
func number(chips []Chip) {
	for _, c := range chips {
		if c.rank() == 0 {
			for i := range c.Lines[:min(len(c.Lines), header.Lines)] {
				c.Lines[i].Name = fmt.Sprintf("GPIO%d", i)
			}
		}
	}
}

// nameAfterLabel names the lines of chips whose driver names none, as those of USB
// adapters: ftdi-cbus-GPIO0.
func nameAfterLabel(chips []Chip) {
	for _, c := range chips {
		if c.rank() == 0 || !plainLabel.MatchString(c.Label) || slices.ContainsFunc(c.Lines, func(l Line) bool { return l.Name != "" }) {
			continue
		}
		for i := range c.Lines {
			c.Lines[i].Name = fmt.Sprintf("%s-GPIO%d", c.Label, i)
		}
	}
}

// plainLabel is a label that a configuration can name without quotes.
var plainLabel = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// withoutInterrupts are the labels of chips in the kernel's drivers of USB adapters, which
// have no interrupts: usb/serial/ftdi_sio.c, usb/serial/cp210x.c and hid/hid-mcp2221.c. Of
// other chips it is known only once edges are asked for.
var withoutInterrupts = []string{"ftdi-cbus", "cp210x", "mcp2221_gpio"}

// distinguish makes the names of all lines unique: if two lines are named GPIO17, the
// one outside the header becomes gpiochip1-GPIO17. A line has no second name, so that
// two uses of one line can be detected by comparing names.
func distinguish(chips []Chip) {
	taken := map[string]bool{}
	for i := range chips {
		for j := range chips[i].Lines {
			name := &chips[i].Lines[j].Name
			if taken[*name] {
				*name = chips[i].Name + "-" + *name
			}
			if taken[*name] {
				*name = ""
			}
			taken[*name] = *name != ""
		}
	}
}

// rank is 0 for the chip of a Raspberry Pi's header.
func (c *Chip) rank() int {
	if slices.ContainsFunc(header.Models, func(m *header.Model) bool { return m.Chip == c.Label }) {
		return 0
	}
	return 1
}

// read queries the chip and its lines.
func (c *Chip) read() error {
	f, err := os.Open(c.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	chip, err := uapi.GetChipInfo(f.Fd())
	if err != nil {
		return err
	}
	c.Label = uapi.BytesToString(chip.Label[:])
	c.Polled = slices.Contains(withoutInterrupts, c.Label)
	for offset := range int(chip.Lines) {
		info, err := uapi.GetLineInfoV2(f.Fd(), offset)
		if err != nil {
			return err
		}
		line := Line{
			Offset: offset, Name: uapi.BytesToString(info.Name[:]),
			Used: info.Flags.IsUsed(), User: textfmt.Printable(uapi.BytesToString(info.Consumer[:])), Direction: "input",
		}
		if info.Flags.IsOutput() {
			line.Direction = "output"
		}
		c.Lines = append(c.Lines, line)
	}
	return nil
}
