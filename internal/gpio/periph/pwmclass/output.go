package pwmclass

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"ptvd/internal/gpio/periph/devfile"
)

// output is an exported channel.
type output struct {
	class   *class
	name    string
	dir     string // …/pwmchipN/pwmC
	channel string
	period  uint64 // ns
	onChip  bool   // the chip is a part of the board's, whose driver only writes registers

	mu   sync.Mutex
	file *os.File // duty_cycle, kept open so that SetDuty is one pwrite; nil after Close
	fd   uintptr  // of file
	duty uint16
	text []byte
}

func (c *class) start(name string, period time.Duration) (*output, error) {
	if period <= 0 || period > time.Second {
		return nil, fmt.Errorf("period %v: it must be greater than 0 and at most 1s", period)
	}
	chip, number, err := c.find(name)
	if err != nil {
		return nil, err
	}
	channel := strconv.Itoa(number)
	o := &output{
		class: c, name: name, dir: filepath.Join(c.root, chip.name, "pwm"+channel), channel: channel,
		period: uint64(period), onChip: linesOf(chip.device) != nil,
	}
	if err := c.claim(o.dir, name); err != nil {
		return nil, err
	}
	if err := o.export(); err != nil {
		c.release(o.dir)
		return nil, err
	}
	return o, nil
}

// export makes the kernel export the channel, and configures it. It may be exported
// already, since nothing unexports it; then it already has the permissions that
// udev sets.
func (o *output) export() error {
	path := filepath.Join(filepath.Dir(o.dir), "export")
	err := o.class.write(path, o.channel)
	if errors.Is(err, unix.EBUSY) {
		_, err = os.Stat(o.dir)
		if errors.Is(err, fs.ErrNotExist) {
			return errors.New("device or resource busy: the kernel uses the channel itself, for a fan or a backlight; use another one")
		}
	}
	if err != nil {
		return devfile.Explain(path, err)
	}
	// The new files belong to root until udev has applied its rule.
	for deadline := time.Now().Add(o.class.udevTimeout); ; time.Sleep(5 * time.Millisecond) {
		err = o.configure()
		pending := errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist)
		if !pending || !time.Now().Before(deadline) {
			break
		}
	}
	if denied, ok := errors.AsType[*fs.PathError](err); ok && errors.Is(err, fs.ErrPermission) && devfile.OnlyRoot(denied.Path) {
		return fmt.Errorf("waiting for udev to give %s to group gpio", denied.Path)
	}
	return devfile.Explain(filepath.Join(o.dir, "period"), err)
}

// configure sets up the channel, unless it already runs with the period. The steps are
// in an order that the kernel accepts in any state: while the period is 0, only the
// period can be written; the period must not be less than the duty cycle; the polarity
// can only be changed while the output is disabled.
func (o *output) configure() error {
	period := strconv.FormatUint(o.period, 10)
	if running, err := o.adopt(period); running || err != nil {
		return err
	}
	for _, step := range []struct{ attribute, value string }{
		{"enable", "0"}, {"duty_cycle", "0"}, {"period", period}, {"polarity", "normal"}, {"enable", "1"},
	} {
		path := filepath.Join(o.dir, step.attribute)
		if now, err := readAttribute(path); err != nil {
			return err
		} else if now == step.value {
			continue
		}
		if err := o.class.write(path, step.value); err != nil {
			if errors.Is(err, unix.EINVAL) && step.attribute == "period" {
				return fmt.Errorf("the chip does not support a period of %v: %w", time.Duration(o.period), err)
			}
			return err
		}
	}
	return o.openDuty()
}

// adopt takes over a channel that runs with the period and normal polarity, and reports
// whether it does.
func (o *output) adopt(period string) (running bool, err error) {
	for _, state := range []struct{ attribute, value string }{
		{"enable", "1"}, {"period", period}, {"polarity", "normal"},
	} {
		if now, err := readAttribute(filepath.Join(o.dir, state.attribute)); err != nil || now != state.value {
			return false, err
		}
	}
	text, err := readAttribute(filepath.Join(o.dir, "duty_cycle"))
	if err != nil {
		return false, err
	}
	ns, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return false, err
	}
	o.duty = dutyOf(ns, o.period)
	return true, o.openDuty()
}

// dutyOf is the inverse of SetDuty: the duty cycle that is written as ns, or the next
// smaller one if there is none.
func dutyOf(ns, period uint64) uint16 {
	return uint16(min((ns*65535+period-1)/period, 65535))
}

func (o *output) openDuty() (err error) {
	o.file, err = os.OpenFile(filepath.Join(o.dir, "duty_cycle"), os.O_WRONLY, 0)
	if err == nil {
		o.fd = o.file.Fd() // which is a system call
	}
	return err
}

// SetDuty rounds down to whole nanoseconds.
func (o *output) SetDuty(duty uint16) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file == nil {
		return fmt.Errorf("PWM on %s: %w", o.name, os.ErrClosed)
	}
	o.text = strconv.AppendUint(o.text[:0], o.period*uint64(duty)/65535, 10)
	o.text = append(o.text, '\n')
	if err := o.writeDuty(); err != nil {
		return fmt.Errorf("PWM on %s: %w", o.name, err)
	}
	o.duty = duty
	return nil
}

// writeDuty writes the text. A call that cannot hang bypasses the Go scheduler, which would
// wake the runtime's monitor thread. A chip on a bus may hang, and would then hold up
// the whole program, with the dump of its stacks.
func (o *output) writeDuty() error {
	if !o.onChip {
		_, err := o.file.WriteAt(o.text, 0)
		return err
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_PWRITE64, o.fd, uintptr(unsafe.Pointer(&o.text[0])), uintptr(len(o.text)), 0, 0, 0)
	if errno != 0 {
		return &fs.PathError{Op: "write", Path: o.file.Name(), Err: errno}
	}
	return nil
}

// Duty returns the current duty cycle.
func (o *output) Duty() uint16 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.duty
}

// Close stops the channel if its duty cycle is 0. Otherwise it keeps running, and can be
// adopted by the next Start. It stays exported, because after an export udev has to set the
// permissions again, which takes seconds on a slow board.
func (o *output) Close() error {
	o.mu.Lock()
	file := o.file
	o.file = nil
	o.mu.Unlock()
	if file == nil {
		return nil
	}
	defer o.class.release(o.dir)
	if o.duty > 0 {
		return file.Close()
	}
	return errors.Join(
		file.Close(),
		// The duty cycle comes first, since a chip may stop at its current level.
		o.class.write(filepath.Join(o.dir, "duty_cycle"), "0"),
		o.class.write(filepath.Join(o.dir, "enable"), "0"),
	)
}
