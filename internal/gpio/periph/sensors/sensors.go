// Package sensors reads what the kernel's own drivers measure: the classes hwmon and iio in
// sysfs.
//
// A device has a name, such as bme280, which several may share, and a place on its bus,
// such as 1-0076 (I2C bus 1, address 0x76) or 28-0316a2795fff (a DS18B20). Either is enough
// to find it, if only one device has it.
package sensors

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ptvd/internal/gpio"
	"ptvd/internal/limited"
)

// Channel is one value that a device measures.
type Channel struct {
	Device  string `json:"device"`  // its name: bme280
	Place   string `json:"place"`   // on its bus: 1-0076
	Channel string `json:"channel"` // temp
	Unit    string `json:"unit"`    // empty: none is known
}

// kind is a kind of channel by the prefix of its files.
type kind struct {
	prefix string
	unit   string
	scale  float64 // to unit, from what the kernel documents
}

// class is one of the classes of devices.
type class struct {
	devices        string // a pattern of their folders
	prefix         string // of the files of channels
	place          string // leads to the folder that is named after the place on the bus
	kinds          []kind
	needsKnownKind bool
}

// The units are those of Documentation/hwmon/sysfs-interface.rst and of
// Documentation/ABI/testing/sysfs-bus-iio in the sources of Linux.
var classes = []class{
	{devices: "class/hwmon/hwmon*", place: "device", needsKnownKind: true, kinds: []kind{
		{"temp", "°C", 1e-3},
		{"humidity", "%", 1e-3},
		{"in", "V", 1e-3},
		{"curr", "A", 1e-3},
		{"power", "W", 1e-6},
		{"fan", "rpm", 1},
	}},
	{devices: "bus/iio/devices/iio:device*", prefix: "in_", place: "..", kinds: []kind{
		{"temp", "°C", 1e-3},
		{"humidityrelative", "%", 1e-3},
		{"pressure", "hPa", 10}, // from kPa
		{"illuminance", "lx", 1},
		{"voltage", "V", 1e-3},
		{"current", "A", 1e-3},
		{"power", "W", 1e-3},
		{"resistance", "Ω", 1},
		{"concentration", "%", 1},
		{"distance", "m", 1},
		{"proximity", "", 1},
	}},
}

// system is the folder /sys, or one of a test.
type system string

const theSystem system = "/sys"

// List returns all channels, without measuring.
func List() []Channel { return theSystem.list() }

// Read measures once. It blocks until the driver has an answer.
func Read(device, channel string) (gpio.Measurement, error) { return theSystem.read(device, channel) }

// device is a device of a class.
type device struct {
	class
	folder      string
	name, place string
}

func (s system) devices() (all []device) {
	for _, c := range classes {
		folders, _ := filepath.Glob(filepath.Join(string(s), c.devices))
		for _, folder := range folders {
			name, err := readText(filepath.Join(folder, "name"))
			if err != nil {
				continue // it goes away just now
			}
			target, _ := filepath.EvalSymlinks(folder)
			place, err := filepath.EvalSymlinks(filepath.Join(target, c.place))
			if err != nil {
				place = folder // it is on no bus
			}
			all = append(all, device{c, folder, name, filepath.Base(place)})
		}
	}
	return all
}

func (s system) list() []Channel {
	list := []Channel{}
	for _, d := range s.devices() {
		for _, channel := range d.channels() {
			k, _ := d.kind(channel)
			list = append(list, Channel{d.name, d.place, channel, k.unit})
		}
	}
	return list
}

func (s system) read(name, channel string) (gpio.Measurement, error) {
	var found []device
	var places []string
	for _, d := range s.devices() {
		if (d.name == name || d.place == name) && slices.Contains(d.channels(), channel) {
			found, places = append(found, d), append(places, d.place)
		}
	}
	switch len(found) {
	case 0:
		return gpio.Measurement{}, fmt.Errorf("no sensor %s with a channel %s: %w; ptvd pins lists those that there are", name, channel, fs.ErrNotExist)
	case 1:
		return found[0].read(channel)
	}
	return gpio.Measurement{}, fmt.Errorf("%d sensors are named %s; write the place of one: %s", len(found), name, strings.Join(places, " or "))
}

// channels returns the channels of a device, by name.
func (d device) channels() (all []string) {
	for _, suffix := range []string{"_input", "_raw"} {
		files, _ := filepath.Glob(filepath.Join(d.folder, d.class.prefix+"*"+suffix))
		for _, file := range files {
			channel := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), d.class.prefix), suffix)
			if _, known := d.kind(channel); (known || !d.needsKnownKind) && !slices.Contains(all, channel) {
				all = append(all, channel)
			}
		}
	}
	slices.Sort(all)
	return all
}

// kind returns the kind of a channel, which is named after it, with a number or a word.
func (d device) kind(channel string) (kind, bool) {
	for _, k := range d.kinds {
		rest, ok := strings.CutPrefix(channel, k.prefix)
		if ok && (rest == "" || rest[0] == '_' || rest[0] >= '0' && rest[0] <= '9') {
			return k, true
		}
	}
	return kind{scale: 1}, false
}

// read reads a channel: processed, or raw with its offset and scale, which channels of one
// kind may share.
func (d device) read(channel string) (gpio.Measurement, error) {
	k, _ := d.kind(channel)
	value, err := d.readNumber(channel + "_input")
	if errors.Is(err, fs.ErrNotExist) {
		if value, err = d.readNumber(channel + "_raw"); err == nil {
			var offset, scale float64
			offset, err = d.readShared(channel, "_offset", 0)
			if err == nil {
				scale, err = d.readShared(channel, "_scale", 1)
			}
			value = (value + offset) * scale
		}
	}
	if err == nil {
		err = d.doubt(channel, value)
	}
	if err != nil {
		return gpio.Measurement{}, fmt.Errorf("%s %s: %w", d.name, channel, err)
	}
	return gpio.Measurement{Value: value * k.scale, Unit: k.unit}, nil
}

// doubt returns why a value was not measured. By its data sheet (DS18B20, 19-7487) a 1-Wire
// sensor has 85 °C in its register after power-up, which the kernel passes on. A sensor that
// measures this loses a measurement.
func (d device) doubt(channel string, value float64) error {
	if d.name == "w1_slave_temp" && value == 85_000 {
		return errors.New("85 °C is what the sensor tells after it has lost its power; check its supply and its wires")
	}
	if fault, err := d.readNumber(channel + "_fault"); err == nil && fault != 0 {
		return errors.New("its driver reports a fault; check its wires")
	}
	return nil
}

func (d device) readShared(channel, suffix string, without float64) (float64, error) {
	kind := strings.TrimRight(channel, "0123456789")
	for _, name := range []string{channel, kind} {
		if value, err := d.readNumber(name + suffix); !errors.Is(err, fs.ErrNotExist) {
			return value, err
		}
	}
	return without, nil
}

func (d device) readNumber(name string) (float64, error) {
	text, err := readText(filepath.Join(d.folder, d.class.prefix+name))
	if err != nil {
		return 0, err
	}
	return decode(text)
}

// maxText is more than a file of a number has.
const maxText = 64

// readText reads a file of one line.
func readText(path string) (string, error) {
	text, err := limited.ReadFile(path, maxText)
	if err != nil {
		return "", err
	}
	if len(text) > maxText {
		return "", fmt.Errorf("%s has more than %d bytes", path, maxText)
	}
	return strings.TrimSpace(string(text)), nil
}

// decode reads a decimal number, as the kernel writes it.
func decode(text string) (float64, error) {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.Trim(text, "+-.0123456789e") != "" || math.Abs(value) > 1e15 { // no infinity, no hexadecimal
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return value, nil
}
