package pwmclass

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// fakePWM is a PWM class in a temporary directory, whose kernel accepts what the real one
// accepts.
type fakePWM struct {
	*class
	t       *testing.T
	writes  []string         // "pwmchip0/pwm1/period=1000000"
	refused int              // number of writes to a channel that fail until udev has run
	fails   map[string]error // by path below the root
}

func newFakePWM(t *testing.T) *fakePWM {
	f := &fakePWM{class: newClass(t.TempDir()), t: t, fails: map[string]error{}}
	f.class.write = f.write
	f.udevTimeout = 0
	return f
}

// chip adds a chip that belongs to a device.
func (f *fakePWM) chip(name, device, channels string) {
	dir := filepath.Join(f.root, name)
	f.must(os.Mkdir(dir, 0o755))
	f.must(os.Symlink("../../../"+device, filepath.Join(dir, "device")))
	f.file(filepath.Join(dir, "npwm"), channels)
}

// channel adds an exported channel.
func (f *fakePWM) channel(dir, period, duty, polarity, enable string) {
	dir = filepath.Join(f.root, dir)
	f.must(os.Mkdir(dir, 0o755))
	f.file(filepath.Join(dir, "period"), period)
	f.file(filepath.Join(dir, "duty_cycle"), duty)
	f.file(filepath.Join(dir, "polarity"), polarity)
	f.file(filepath.Join(dir, "enable"), enable)
}

// read returns the first line of an attribute, since a plain file keeps the end of a
// longer text.
func (f *fakePWM) read(path string) string {
	text, err := os.ReadFile(filepath.Join(f.root, path))
	f.must(err)
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

func (f *fakePWM) write(path, value string) error {
	rel, _ := filepath.Rel(f.root, path)
	f.writes = append(f.writes, rel+"="+value)
	if err := f.fails[rel]; err != nil {
		return &fs.PathError{Op: "write", Path: path, Err: err}
	}
	dir, attribute := filepath.Split(rel)
	channel := filepath.Join(dir, "pwm"+value)
	if attribute == "export" {
		if _, err := os.Stat(filepath.Join(f.root, channel)); err == nil {
			return &fs.PathError{Op: "write", Path: path, Err: unix.EBUSY}
		}
		f.channel(channel, "0", "0", "normal", "0")
		return nil
	}
	if f.refused > 0 {
		f.refused--
		return &fs.PathError{Op: "open", Path: path, Err: unix.EACCES}
	}
	number := func(attribute, writes string) int {
		text := f.read(filepath.Join(dir, attribute))
		if attribute == writes {
			text = value
		}
		n := 0
		for _, digit := range text {
			n = 10*n + int(digit-'0')
		}
		return n
	}
	period, duty := number("period", attribute), number("duty_cycle", attribute)
	switch {
	case period == 0 || duty > period:
		return &fs.PathError{Op: "write", Path: path, Err: unix.EINVAL}
	case attribute == "polarity" && f.read(filepath.Join(dir, "enable")) == "1":
		return &fs.PathError{Op: "write", Path: path, Err: unix.EPERM}
	}
	return writeAttribute(path, value+"\n")
}

func (f *fakePWM) file(path, text string) { f.must(os.WriteFile(path, []byte(text+"\n"), 0o644)) }

func (f *fakePWM) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}
