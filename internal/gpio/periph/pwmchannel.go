package periph

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// pwmChannel is an exported channel.
type pwmChannel struct {
	class   *pwmClass
	name    string
	dir     string // …/pwmchipN/pwmC
	channel string
	period  uint64 // ns

	mu     sync.Mutex
	duty   *os.File // kept open, so that a step of a fade is one pwrite; nil once closed
	shines bool     // above duty 0
	text   []byte
}

func (c *pwmClass) openChannel(name string, period time.Duration) (*pwmChannel, error) {
	if period <= 0 || period > time.Second {
		return nil, fmt.Errorf("a period of %v: it can be up to a second", period)
	}
	chip, number, err := c.find(name)
	if err != nil {
		return nil, err
	}
	channel := strconv.Itoa(number)
	p := &pwmChannel{class: c, name: name, dir: filepath.Join(c.root, chip, "pwm"+channel), channel: channel, period: uint64(period)}
	if err := c.claim(p.dir, name); err != nil {
		return nil, err
	}
	if err := p.export(); err != nil {
		c.release(p.dir)
		return nil, err
	}
	return p, nil
}

// export makes the channel appear and sets it up. A channel that is exported
// already was left by a process that was killed: it is taken over.
func (p *pwmChannel) export() error {
	path := filepath.Join(filepath.Dir(p.dir), "export")
	err := p.class.write(path, p.channel)
	if errors.Is(err, unix.EBUSY) {
		_, err = os.Stat(p.dir)
		if errors.Is(err, fs.ErrNotExist) {
			return errors.New("the kernel uses the channel itself, for a fan or a backlight: take another")
		}
	}
	if err != nil {
		return advise(path, err)
	}
	// The new files belong to root until udev has run its rule.
	for deadline := time.Now().Add(p.class.patience); ; time.Sleep(5 * time.Millisecond) {
		err = p.configure()
		notYet := errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist)
		if !notYet || !time.Now().Before(deadline) {
			break
		}
	}
	if err != nil {
		_ = p.unexport()
		return advise(filepath.Join(p.dir, "period"), err)
	}
	return nil
}

// configure goes the one way from any state that the kernel allows at each step:
// no attribute can be written while the period is 0, except for the period; the
// period is never less than the duty cycle; the polarity changes only while the
// output is disabled.
func (p *pwmChannel) configure() error {
	period := strconv.FormatUint(p.period, 10)
	for _, step := range []struct{ attribute, value string }{
		{"enable", "0"}, {"duty_cycle", "0"}, {"period", period}, {"polarity", "normal"}, {"enable", "1"},
	} {
		path := filepath.Join(p.dir, step.attribute)
		if now, err := readAttribute(path); err != nil {
			return err
		} else if now == step.value {
			continue
		}
		if err := p.class.write(path, step.value); err != nil {
			if errors.Is(err, unix.EINVAL) && step.attribute == "period" {
				return fmt.Errorf("the chip has no period of %v: %w", time.Duration(p.period), err)
			}
			return err
		}
	}
	var err error
	p.duty, err = os.OpenFile(filepath.Join(p.dir, "duty_cycle"), os.O_WRONLY, 0)
	return err
}

// SetDuty rounds to whole nanoseconds, down.
func (p *pwmChannel) SetDuty(duty uint16) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.duty == nil {
		return fmt.Errorf("PWM on %s: %w", p.name, errClosed)
	}
	p.text = strconv.AppendUint(p.text[:0], p.period*uint64(duty)/65535, 10)
	p.text = append(p.text, '\n')
	if _, err := p.duty.WriteAt(p.text, 0); err != nil {
		return fmt.Errorf("PWM on %s: %w", p.name, err)
	}
	p.shines = duty > 0
	return nil
}

// Close stops the channel and gives it back to the kernel; one that is not at duty 0
// it leaves running, for whoever opens it next.
func (p *pwmChannel) Close() error { return closeSoon("PWM on "+p.name, p.shut) }

func (p *pwmChannel) shut() error {
	p.mu.Lock()
	duty := p.duty
	p.duty = nil
	p.mu.Unlock()
	if duty == nil {
		return nil
	}
	defer p.class.release(p.dir)
	if p.shines {
		return duty.Close()
	}
	return errors.Join(
		duty.Close(),
		// Low before it is let go: a chip may stop at the level that it has.
		p.class.write(filepath.Join(p.dir, "duty_cycle"), "0"),
		p.class.write(filepath.Join(p.dir, "enable"), "0"),
		p.unexport(),
	)
}

func (p *pwmChannel) unexport() error {
	return p.class.write(filepath.Join(filepath.Dir(p.dir), "unexport"), p.channel)
}
