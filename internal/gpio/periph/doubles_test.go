package periph

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	pgpio "periph.io/x/conn/v3/gpio"
	"periph.io/x/host/v3/gpioioctl"

	"ptvd/internal/scheduler"
)

// fakeSet is a line set on a pipe in place of the kernel's file. It has the faults
// of periph.io's: the first wait prepares it with no lock, which the race detector
// sees; a Halt before a wait is lost; a wait after Close takes file descriptor 0.
type fakeSet struct {
	kernel *os.File // the end at which edges go in: an offset and an edge each
	file   *os.File
	edges  *os.File // nil until the first wait
	closed bool

	levels      pgpio.GPIOValue
	outs        []pgpio.GPIOValue
	outErr      error
	waits       atomic.Int32
	halts       chan struct{} // if set, told of each Halt
	beforeWait  func(n int32) // if set, called between the check of a stop flag and the wait
	beforeClose func()        // if set, what the driver does before it lets go
	misuse      atomic.Bool
}

func newFakeSet(t *testing.T) *fakeSet {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return &fakeSet{kernel: w, file: r}
}

func (s *fakeSet) edge(offset byte, edge pgpio.Edge) {
	_, _ = s.kernel.Write([]byte{offset, byte(edge)})
}

func (s *fakeSet) WaitForEdge(timeout time.Duration) (int, pgpio.Edge, error) {
	n := s.waits.Add(1)
	if s.beforeWait != nil {
		s.beforeWait(n)
	}
	if s.closed {
		s.misuse.Store(true)
		return 0, 0, errors.New("reads standard input")
	}
	if s.edges == nil {
		s.edges = s.file
	}
	deadline := time.Time{}
	if timeout != 0 {
		deadline = time.Now().Add(timeout)
	}
	if err := s.edges.SetReadDeadline(deadline); err != nil {
		return 0, 0, err
	}
	var event [2]byte
	if _, err := s.edges.Read(event[:]); err != nil {
		return 0, 0, err
	}
	return int(event[0]), pgpio.Edge(event[1]), nil
}

func (s *fakeSet) Halt() error {
	err := s.edges.SetReadDeadline(time.UnixMilli(0))
	if s.halts != nil {
		s.halts <- struct{}{}
	}
	return err
}

func (s *fakeSet) Read(mask pgpio.GPIOValue) (pgpio.GPIOValue, error) {
	if s.closed {
		s.misuse.Store(true)
	}
	return s.levels & mask, nil
}

func (s *fakeSet) Out(bits, mask pgpio.GPIOValue) error {
	if s.closed {
		s.misuse.Store(true)
	}
	s.outs = append(s.outs, bits&mask)
	return s.outErr
}

func (s *fakeSet) Close() error {
	if s.beforeClose != nil {
		s.beforeClose()
	}
	if s.closed {
		s.misuse.Store(true)
	}
	s.closed = true
	s.edges = nil
	return s.file.Close()
}

// request is what a chip was asked for.
type request struct {
	dir   gpioioctl.LineDir
	edge  pgpio.Edge
	pull  pgpio.Pull
	names []string
}

// fakeChip answers each request with the same line set or error.
func fakeChip(label string, names []string, set *fakeSet, err error) (chip, *[]request) {
	var asked []request
	return chip{
		name: "gpiochip0", label: label, path: "/dev/null", lines: names,
		request: func(dir gpioioctl.LineDir, edge pgpio.Edge, pull pgpio.Pull, names ...string) (lineSet, error) {
			asked = append(asked, request{dir, edge, pull, names})
			if err != nil {
				return nil, err
			}
			return set, nil
		},
	}, &asked
}

// ticking is a clock on which every look is a nanosecond later.
func ticking() func() scheduler.Instant {
	var now atomic.Int64
	return func() scheduler.Instant { return scheduler.Instant(now.Add(1)) }
}

func boardOf(chips ...chip) *Board {
	return &Board{now: ticking(), chips: chips}
}

// fakePWM is a sysfs PWM class in a temporary folder, with a kernel that allows
// what the real one allows.
type fakePWM struct {
	*pwmClass
	t       *testing.T
	writes  []string         // "pwmchip0/pwm1/period=1000000"
	refused int              // so many writes to a channel fail until udev has run
	fails   map[string]error // by path below the root
}

func newFakePWM(t *testing.T) *fakePWM {
	f := &fakePWM{pwmClass: newPWMClass(t.TempDir()), t: t, fails: map[string]error{}}
	f.pwmClass.write = f.write
	f.patience = 0
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

// read returns an attribute: the first line, since a plain file keeps the
// rest of what a shorter write goes over.
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
	switch attribute {
	case "export":
		if _, err := os.Stat(filepath.Join(f.root, channel)); err == nil {
			return &fs.PathError{Op: "write", Path: path, Err: unix.EBUSY}
		}
		f.channel(channel, "0", "0", "normal", "0")
		return nil
	case "unexport":
		return os.RemoveAll(filepath.Join(f.root, channel))
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
