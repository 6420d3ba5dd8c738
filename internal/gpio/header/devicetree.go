package header

import (
	"bytes"
	"encoding/binary"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// deviceTree is where the kernel shows the device tree that it uses, with its overlays.
const deviceTree = "/sys/firmware/devicetree/base"

// pinFunctions returns the devices of a device tree that have pins of the header's GPIO
// controller, by the offsets of the pins: spi0, i2c1 or pwm. The properties are those of
// the kernel's bindings pinctrl/brcm,bcm2835-gpio and pinctrl/raspberrypi,rp1-gpio.
func pinFunctions(tree fs.FS) map[int]string {
	nodes := map[uint32]string{} // by their phandles
	var devices []string
	_ = fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir // removed meanwhile, with its overlay
		case entry.IsDir() && !enabled(tree, name):
			return fs.SkipDir
		case path.Base(name) == "phandle" && strings.HasPrefix(path.Base(path.Dir(path.Dir(name))), "gpio"): // the controller
			for _, phandle := range cells(tree, name) {
				nodes[phandle] = path.Dir(name)
			}
		case path.Base(name) == "pinctrl-0":
			devices = append(devices, path.Dir(name))
		}
		return nil
	})
	functions := map[int]string{}
	for _, device := range devices {
		for _, phandle := range cells(tree, device+"/pinctrl-0") {
			group, found := nodes[phandle]
			if !found || !ofHeader(tree, path.Dir(group)) {
				continue
			}
			for _, pin := range pins(tree, group) {
				functions[pin] = deviceName(tree, device)
			}
		}
	}
	return functions
}

// ofHeader reports whether a node is the GPIO controller of a Raspberry Pi's header.
func ofHeader(tree fs.FS, node string) bool {
	return slices.ContainsFunc(words(tree, node+"/compatible"), func(name string) bool {
		return name == "brcm,bcm2835-gpio" || name == "brcm,bcm2711-gpio" || name == "raspberrypi,rp1-gpio"
	})
}

func enabled(tree fs.FS, node string) bool {
	status := words(tree, node+"/status")
	return len(status) == 0 || status[0] == "okay" || status[0] == "ok"
}

// pins returns the pins of a group and of the groups in it.
func pins(tree fs.FS, group string) (list []int) {
	for _, pin := range cells(tree, group+"/brcm,pins") {
		list = append(list, int(pin))
	}
	for _, name := range words(tree, group+"/pins") {
		if number, err := strconv.Atoi(strings.TrimPrefix(name, "gpio")); err == nil {
			list = append(list, number)
		}
	}
	entries, _ := fs.ReadDir(tree, group)
	for _, entry := range entries {
		if entry.IsDir() {
			list = append(list, pins(tree, group+"/"+entry.Name())...)
		}
	}
	return list
}

var numbered = regexp.MustCompile(`^(spi|i2c|uart|serial|pwm)[0-9]+$`)

// deviceName returns the alias of a device, such as spi0, or else its name without the
// address.
func deviceName(tree fs.FS, device string) string {
	aliases, _ := fs.ReadDir(tree, "aliases")
	for _, alias := range aliases {
		if numbered.MatchString(alias.Name()) && slices.Contains(words(tree, "aliases/"+alias.Name()), "/"+device) {
			return alias.Name()
		}
	}
	name, _, _ := strings.Cut(path.Base(device), "@")
	return name
}

// cells returns the numbers of a property.
func cells(tree fs.FS, name string) (numbers []uint32) {
	data := property(tree, name)
	for ; len(data) >= 4; data = data[4:] {
		numbers = append(numbers, binary.BigEndian.Uint32(data))
	}
	return numbers
}

// words returns the texts of a property.
func words(tree fs.FS, name string) (list []string) {
	for word := range bytes.SplitSeq(property(tree, name), []byte{0}) {
		if len(word) > 0 {
			list = append(list, string(word))
		}
	}
	return list
}

// maxProperty is more than a property has that is read here.
const maxProperty = 4096

func property(tree fs.FS, name string) []byte {
	f, err := tree.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, _ := io.ReadAll(io.LimitReader(f, maxProperty))
	return data
}
