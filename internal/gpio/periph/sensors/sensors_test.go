package sensors

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"ptvd/internal/gpio"
)

// newSystem returns a folder with devices as the kernel shows them: a link in the folder of
// the class to one in the folder of the bus.
func newSystem(t *testing.T) system {
	root := t.TempDir()
	write := func(path, text string) {
		path = filepath.Join(root, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	link := func(path, target string) {
		path = filepath.Join(root, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.Symlink(target, path)); err != nil {
			t.Fatal(err)
		}
	}
	for i, number := range []string{"28-0316a2795fff", "28-0516a4000000"} {
		dir := fmt.Sprintf("devices/w1_bus_master1/%s/hwmon/hwmon%d", number, i)
		write(dir+"/name", "w1_slave_temp\n")
		write(dir+"/temp1_input", fmt.Sprintf("%d\n", -1437*(i+1)))
		link(dir+"/device", "../../../"+number)
		link(fmt.Sprintf("class/hwmon/hwmon%d", i), "../../"+dir)
	}
	dir := "devices/platform/hwmon/hwmon2"
	write(dir+"/name", "rpi_volt")
	write(dir+"/in0_input", "4950")
	write(dir+"/in0_lcrit_alarm", "0")
	write(dir+"/beep_input", "1")
	write(dir+"/power1_input", strings.Repeat("1", 100))
	write(dir+"/temp1_input", "85000")
	write(dir+"/temp1_fault", "0")
	write(dir+"/temp2_input", "127000") // as of an open diode
	write(dir+"/temp2_fault", "1")
	link("class/hwmon/hwmon2", "../../"+dir)

	dir = "devices/w1_bus_master1/28-000000000085/hwmon/hwmon3"
	write(dir+"/name", "w1_slave_temp\n")
	write(dir+"/temp1_input", "85000\n")
	link(dir+"/device", "../../../28-000000000085")
	link("class/hwmon/hwmon3", "../../"+dir)

	dir = "devices/i2c-1/1-0023/iio:device0"
	write(dir+"/name", "bh1750\n")
	write(dir+"/in_illuminance_raw", "100\n")
	write(dir+"/in_illuminance_scale", "0.83333\n")
	link("bus/iio/devices/iio:device0", "../../../"+dir)
	dir = "devices/i2c-1/1-0076/iio:device1"
	write(dir+"/name", "bme280\n")
	write(dir+"/in_temp_input", "21437\n")
	write(dir+"/in_pressure_input", "101.3257\n")
	write(dir+"/in_humidityrelative_input", "45123\n")
	write(dir+"/in_voltage1_raw", "1000")
	write(dir+"/in_voltage1_offset", "-200")
	write(dir+"/in_voltage_scale", "0.5")
	write(dir+"/in_count0_raw", "7")
	write(dir+"/in_temp2_input", "garbage")
	link("bus/iio/devices/iio:device1", "../../../"+dir)
	return system(root)
}

func TestChannelsAreReadInTheirUnits(t *testing.T) {
	s := newSystem(t)
	for _, c := range []struct {
		device, channel string
		want            gpio.Measurement
	}{
		{"28-0316a2795fff", "temp1", gpio.Measurement{Value: -1.437, Unit: "°C"}},
		{"28-0516a4000000", "temp1", gpio.Measurement{Value: -2.874, Unit: "°C"}},
		{"rpi_volt", "in0", gpio.Measurement{Value: 4.95, Unit: "V"}},
		{"rpi_volt", "temp1", gpio.Measurement{Value: 85, Unit: "°C"}},
		{"bh1750", "illuminance", gpio.Measurement{Value: 83.333, Unit: "lx"}},
		{"1-0023", "illuminance", gpio.Measurement{Value: 83.333, Unit: "lx"}},
		{"bme280", "temp", gpio.Measurement{Value: 21.437, Unit: "°C"}},
		{"bme280", "pressure", gpio.Measurement{Value: 1013.257, Unit: "hPa"}},
		{"bme280", "humidityrelative", gpio.Measurement{Value: 45.123, Unit: "%"}},
		{"bme280", "voltage1", gpio.Measurement{Value: 0.4, Unit: "V"}},
		{"bme280", "count0", gpio.Measurement{Value: 7}},
	} {
		got, err := s.read(c.device, c.channel)
		if err != nil || math.Abs(got.Value-c.want.Value) > 1e-9 || got.Unit != c.want.Unit {
			t.Errorf("%s %s: %v, %v, want %v", c.device, c.channel, got, err, c.want)
		}
	}
}

func TestWhatCannotBeReadIsAnError(t *testing.T) {
	s := newSystem(t)
	for _, c := range []struct{ device, channel, want string }{
		{"bme680", "temp", "no sensor bme680 with a channel temp"},
		{"bme280", "temp1", "ptvd pins lists"},
		{"bme280", "../../../secret", "no sensor bme280 with a channel"},
		{"w1_slave_temp", "temp1", "3 sensors are named w1_slave_temp; write the place of one: 28-0316a2795fff or 28-0516a4000000 or 28-000000000085"},
		{"28-000000000085", "temp1", "85 °C is what the sensor tells after it has lost its power"},
		{"rpi_volt", "temp2", "its driver reports a fault"},
		{"bme280", "temp2", `"garbage" is not a number`},
		{"rpi_volt", "power1", "has more than 64 bytes"},
	} {
		if _, err := s.read(c.device, c.channel); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got %v, want %q", c.device, c.channel, err, c.want)
		}
	}
	if _, err := s.read("bme680", "temp"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestAllChannelsAreListed(t *testing.T) {
	want := []Channel{
		{"w1_slave_temp", "28-0316a2795fff", "temp1", "°C"},
		{"w1_slave_temp", "28-0516a4000000", "temp1", "°C"},
		{"rpi_volt", "hwmon2", "in0", "V"},
		{"rpi_volt", "hwmon2", "power1", "W"},
		{"rpi_volt", "hwmon2", "temp1", "°C"},
		{"rpi_volt", "hwmon2", "temp2", "°C"},
		{"w1_slave_temp", "28-000000000085", "temp1", "°C"},
		{"bh1750", "1-0023", "illuminance", "lx"},
		{"bme280", "1-0076", "count0", ""},
		{"bme280", "1-0076", "humidityrelative", "%"},
		{"bme280", "1-0076", "pressure", "hPa"},
		{"bme280", "1-0076", "temp", "°C"},
		{"bme280", "1-0076", "temp2", "°C"},
		{"bme280", "1-0076", "voltage1", "V"},
	}
	if got := newSystem(t).list(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{"21437", "-1437", "0.83333", "1e3", "NaN", "0x1p4", "inf", "1_000", "", "9e99"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value, err := decode(text)
		if err == nil && !(math.Abs(value) <= 1e15) || err == nil && strings.ContainsAny(text, "xnN_") {
			t.Errorf("%q is read as %v", text, value)
		}
	})
}
