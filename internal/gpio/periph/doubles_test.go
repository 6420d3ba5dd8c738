package periph

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
)

// fakeHandle is lines with a kernel's queue of edges: a full one drops its oldest.
type fakeHandle struct {
	mu          sync.Mutex
	arrived     *sync.Cond
	queue       []uapi.LineEvent
	sequence    uint32
	dropped     int
	gone        error // what a chip answers that is gone
	closed      bool
	reads       int
	values      uapi.LineBitmap
	sets        []uapi.LineValues
	beforeClose func() // if set, what the driver does before it lets go
}

func newFakeHandle() *fakeHandle {
	h := &fakeHandle{}
	h.arrived = sync.NewCond(&h.mu)
	return h
}

// edge queues an edge of the line at an offset.
func (h *fakeHandle) edge(offset uint32, id uapi.LineEventID, at uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sequence++
	if len(h.queue) == gpio.QueueSize {
		h.queue = h.queue[1:]
		h.dropped++
	}
	h.queue = append(h.queue, uapi.LineEvent{Timestamp: at, ID: id, Offset: offset, Seqno: h.sequence})
	h.arrived.Signal()
}

// merge makes the next edge that of two interrupts.
func (h *fakeHandle) merge() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sequence++
}

// lose takes the chip away.
func (h *fakeHandle) lose() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gone = unix.ENODEV
	h.arrived.Signal()
}

func (h *fakeHandle) Read(edges []uapi.LineEvent) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reads++
	for len(h.queue) == 0 && h.gone == nil && !h.closed {
		h.arrived.Wait()
	}
	switch {
	case h.closed:
		return 0, os.ErrClosed
	case h.gone != nil:
		return 0, h.gone
	}
	n := copy(edges, h.queue)
	h.queue = h.queue[n:]
	return n, nil
}

func (h *fakeHandle) Values(mask uapi.LineBitmap) (uapi.LineBitmap, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return 0, errClosed
	}
	return h.values & mask, nil
}

func (h *fakeHandle) SetValues(values uapi.LineValues) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return errClosed
	}
	h.sets = append(h.sets, values)
	return nil
}

func (h *fakeHandle) Close() error {
	if h.beforeClose != nil {
		h.beforeClose()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return os.ErrClosed
	}
	h.closed = true
	h.arrived.Signal()
	return nil
}

// headerChip is a chip with lines of these names.
func headerChip(names ...string) Chip {
	c := Chip{Name: "gpiochip0", Label: "pinctrl-test", Path: "/dev/gpiochip0"}
	for offset, name := range names {
		c.Lines = append(c.Lines, Line{Offset: offset, Name: name, Direction: "input"})
	}
	return c
}

// ask is a request that a board made of the kernel.
type ask struct {
	chip    string
	request uapi.LineRequest
}

// boardOf returns a board that has some chips, and is answered each request with
// the same lines or error; and what it asked for.
func boardOf(h *fakeHandle, err error, chips ...Chip) (*Board, *[]ask) {
	var asked []ask
	return &Board{
		now: ticking(), chips: func() []Chip { return chips },
		request: func(chip string, request *uapi.LineRequest) (handle, error) {
			asked = append(asked, ask{chip, *request})
			return h, err
		},
	}, &asked
}

// ticking is a clock on which every look is a nanosecond later.
func ticking() func() scheduler.Instant {
	var now atomic.Int64
	return func() scheduler.Instant { return scheduler.Instant(now.Add(1)) }
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
