//go:build vm

// Package scenario tests the installed daemon in a virtual machine, as a systemd unit,
// with the kernel's GPIO, SPI, I2C and PWM interfaces. The tests control the other ends of
// the lines. They run one after the other, as root; "make test-vm" starts them.
package scenario

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// Files that boot.sh provides, and where they are installed.
const (
	packageFile = "/out/ptvd.deb"
	hogFile     = "/out/ptvd-hog"
	hogProgram  = "/usr/local/bin/ptvd-hog"
)

func TestMain(m *testing.M) {
	for _, command := range [][]string{
		{"modprobe", "-a", "wires", "i2c-dev"},
		{"udevadm", "settle"},
		{"dpkg", "--force-unsafe-io", "--install", packageFile},
		{"install", "-m", "755", hogFile, hogProgram},
	} {
		if output, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v: %v\n%s", command, err, output)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}
