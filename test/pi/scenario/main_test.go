//go:build pi

// Package scenario tests the daemon on the emulated Raspberry Pi that package machine
// boots. All tests share one boot.
package scenario

import (
	"flag"
	"os"
	"strings"
	"testing"

	"ptvd/test/pi/machine"
)

var (
	root = flag.String("root", "", "the directory that image.sh made")
	out  = flag.String("out", "", "a directory for the console and the trace")
	pi   *machine.Machine
)

func TestMain(m *testing.M) {
	flag.Parse()
	var err error
	if pi, err = machine.Boot(*root, "/root/initrd.gz", *out,
		"-device", "tmp105,bus=i2c-bus.1,address=0x48", "-device", "ssd0303,bus=i2c-bus.1,address=0x3c"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = pi.Close()
	os.Exit(code)
}

// run runs a line of shell in the guest, which must succeed, and returns its output.
func run(t *testing.T, line string) string {
	t.Helper()
	output, status := try(t, line)
	if status != 0 {
		t.Fatalf("%s: exit status %d:\n%s", line, status, output)
	}
	return output
}

// try runs a line of shell in the guest.
func try(t *testing.T, line string) (output string, status int) {
	t.Helper()
	output, status, err := pi.Run(line)
	if err != nil {
		t.Fatal(err)
	}
	return output, status
}

// watch returns what happens to the board while something is done.
func watch(t *testing.T, do func()) []string {
	t.Helper()
	if err := pi.Watch(); err != nil {
		t.Fatal(err)
	}
	do()
	events, err := pi.Seen()
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// of returns the events of one part.
func of(events []string, part string) (found []string) {
	for _, event := range events {
		if name, what, _ := strings.Cut(event, " "); name == part {
			found = append(found, what)
		}
	}
	return found
}

// functions returns what pins do.
func functions(t *testing.T, pins ...int) (found []string) {
	t.Helper()
	for _, pin := range pins {
		function, err := pi.Function(pin)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, function)
	}
	return found
}

// write writes a configuration in the guest.
func write(t *testing.T, text string) {
	t.Helper()
	if err := pi.WriteFile("/tmp/ptvd.yaml", text); err != nil {
		t.Fatal(err)
	}
}
