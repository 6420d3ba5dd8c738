package periph

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"periph.io/x/conn/v3/driver/driverreg"
)

func TestTheDriversInitialize(t *testing.T) {
	state, err := driverreg.Init()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range state.Loaded {
		names = append(names, d.String())
	}
	for _, failure := range append(state.Skipped, state.Failed...) {
		if names = append(names, failure.D.String()); failure.Err == nil {
			t.Errorf("%s does not say why it was skipped or failed", failure.D)
		}
	}
	for _, want := range []string{"ioctl-gpio", "sysfs-pwm", "sysfs-spi", "sysfs-i2c"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not among the drivers %v", want, names)
		}
	}
}

func TestOfPeriphsHostOnlySysfsIsLinked(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.FieldsSeq(string(out)) {
		switch path {
		case "periph.io/x/host/v3/sysfs", "periph.io/x/host/v3/fs":
		default:
			if strings.HasPrefix(path, "periph.io/x/host/") {
				t.Errorf("%s is linked in", path)
			}
		}
	}
}
