package periph

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ptvd/internal/textfmt"

	"github.com/warthog618/go-gpiocdev/uapi"
)

// Chip is a GPIO chip.
type Chip struct {
	Name    string `json:"name"`  // gpiochip0
	Label   string `json:"label"` // what its driver calls it: pinctrl-bcm2711
	Path    string `json:"path"`
	Lines   []Line `json:"lines"`
	Problem string `json:"problem,omitempty"` // why its lines are not known
	why     error  // behind the problem
}

// Line is a GPIO line.
type Line struct {
	Offset    int    `json:"offset"`
	Name      string `json:"name"` // empty: it cannot be opened
	Used      bool   `json:"used"`
	User      string `json:"user,omitempty"`      // as it calls itself; the kernel's own users may not
	Direction string `json:"direction,omitempty"` // input or output
}

// Holder says who has the line open; empty: nobody.
func (l *Line) Holder() string {
	if !l.Used {
		return ""
	}
	return cmp.Or(l.User, "the kernel")
}

// readChips returns the chips of a folder of devices with their lines as they are
// now, those of the header first. Raspberry Pi OS has a link from gpiochip4 to
// gpiochip0, which is no second chip.
func readChips(dev string) []Chip {
	paths, _ := filepath.Glob(filepath.Join(dev, "gpiochip*"))
	chips := []Chip{}
	for _, path := range paths {
		if info, err := os.Lstat(path); err != nil || info.Mode().Type() == fs.ModeSymlink {
			continue
		}
		c := Chip{Name: filepath.Base(path), Path: path, Lines: []Line{}}
		if err := c.read(); err != nil {
			c.why = advise(path, err)
			c.Problem = c.why.Error()
		}
		chips = append(chips, c)
	}
	slices.SortFunc(chips, func(a, b Chip) int {
		return cmp.Or(a.rank()-b.rank(), len(a.Name)-len(b.Name), strings.Compare(a.Name, b.Name))
	})
	number(chips)
	distinguish(chips)
	return chips
}

// number names the lines of the header by their numbers, as everybody does, which
// are their offsets on the chip of each Raspberry Pi. The device trees of Debian's
// kernel name some by a function: GPIO_GCLK is GPIO4, TXD1 is GPIO14.
func number(chips []Chip) {
	for _, c := range chips {
		if c.rank() == 0 {
			for i := range c.Lines[:min(len(c.Lines), 28)] { // GPIO0 to 27
				c.Lines[i].Name = fmt.Sprintf("GPIO%d", i)
			}
		}
	}
}

// distinguish gives each line a name of its own: of two GPIO17, that which is not of
// the header is gpiochip1-GPIO17. It has no other name, so that two plugins on one
// line are found by the spelling.
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

// rank is 0 for the chip of the header, whose driver calls itself pinctrl-bcm2711,
// pinctrl-rp1 or so.
func (c *Chip) rank() int {
	if strings.HasPrefix(c.Label, "pinctrl-") {
		return 0
	}
	return 1
}

// read asks the kernel about the chip.
func (c *Chip) read() error {
	f, err := os.Open(c.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	about, err := uapi.GetChipInfo(f.Fd())
	if err != nil {
		return err
	}
	c.Label = uapi.BytesToString(about.Label[:])
	for offset := range int(about.Lines) {
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
