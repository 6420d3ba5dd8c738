package cdev

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"

	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/gpio/periph/pwmclass"
)

// Pin is a GPIO line. All its methods may be called from any goroutine.
type Pin struct {
	kernel *kernel
	name   string
	number int

	mu     sync.Mutex
	handle handle // nil while the line is not requested
	output bool
	pull   gpio.Pull
	pwm    *pwmclass.Pin
}

func newPin(k *kernel, name string, number int) *Pin {
	return &Pin{kernel: k, name: name, number: number, pwm: pwmclass.NewPin(name)}
}

var _ gpioext.BoardPin = (*Pin)(nil)

var biasFlags = [...]uapi.LineFlagV2{
	gpio.PullNoChange: 0,
	gpio.Float:        uapi.LineFlagV2BiasDisabled,
	gpio.PullDown:     uapi.LineFlagV2BiasPullDown,
	gpio.PullUp:       uapi.LineFlagV2BiasPullUp,
}

var edgeFlags = [...]uapi.LineFlagV2{
	gpio.NoEdge:      0,
	gpio.RisingEdge:  uapi.LineFlagV2EdgeRising,
	gpio.FallingEdge: uapi.LineFlagV2EdgeFalling,
	gpio.BothEdges:   uapi.LineFlagV2EdgeBoth,
}

// String returns the name.
func (p *Pin) String() string { return p.name }

// Name returns the name of the line, which gpioreg knows it by.
func (p *Pin) Name() string { return p.name }

// Number returns the offset of the line if it is on the chip of the 40-pin header, else
// -1.
func (p *Pin) Number() int { return p.number }

// Immediate implements gpioext.ImmediatePin. Lines of the header are registers of the
// processor; those of another chip may be behind USB or a bus.
func (p *Pin) Immediate() bool { return p.number >= 0 }

// Function returns the direction that this process has set, empty if it has not
// requested the line.
func (p *Pin) Function() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.handle == nil:
		return ""
	case p.output:
		return string(gpio.OUT)
	}
	return string(gpio.IN)
}

// Pull returns the bias that In has set.
func (p *Pin) Pull() gpio.Pull {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pull
}

// DefaultPull is not known to the kernel's interface.
func (p *Pin) DefaultPull() gpio.Pull { return gpio.PullNoChange }

// In requests the line as an input. Edges that happened before are discarded.
func (p *Pin) In(pull gpio.Pull, edge gpio.Edge) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var request uapi.LineRequest
	request.Config.Flags = uapi.LineFlagV2Input | biasFlags[pull] | edgeFlags[edge]
	if edge != gpio.NoEdge {
		request.EventBufferSize = gpioext.QueueSize
	}
	if err := p.open(request); err != nil {
		return err
	}
	p.output, p.pull = false, pull
	return nil
}

// Out drives the line. The first level is part of the request, so that the line has no
// other level before. If its chip was removed, the line is requested again.
func (p *Pin) Out(level gpio.Level) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var lost error
	if p.handle != nil && p.output {
		lost = p.handle.SetValues(uapi.LineValues{Bits: bitOf(level), Mask: 1})
		if lost == nil {
			return nil
		}
		lost = fmt.Errorf("%s: %w", p.name, lost)
		if !errors.Is(lost, unix.ENODEV) {
			return lost
		}
	}
	var request uapi.LineRequest
	request.Config.Flags = uapi.LineFlagV2Output
	request.Config.AddAttribute(uapi.LineConfigAttribute{Attr: uapi.OutputValues(bitOf(level)).Encode(), Mask: 1})
	if err := p.open(request); err != nil {
		return cmp.Or(lost, err)
	}
	p.output, p.pull = true, gpio.PullNoChange
	return nil
}

func bitOf(level gpio.Level) uapi.LineBitmap {
	if level {
		return 1
	}
	return 0
}

// Read returns the level of an input or output, Low if it cannot be read.
func (p *Pin) Read() gpio.Level {
	level, _ := p.ReadLevel()
	return level
}

// ReadLevel is Read with an error.
func (p *Pin) ReadLevel() (gpio.Level, error) {
	h, err := p.requested()
	var bits uapi.LineBitmap
	if err == nil {
		bits, err = h.Values(1)
	}
	if err != nil {
		return gpio.Low, fmt.Errorf("%s: %w", p.name, err)
	}
	return bits == 1, nil
}

// WaitForEdge waits until the next edge that In has asked for, up to the timeout and
// forever if that is negative. Each edge that is queued lets it return true once. It
// returns false after the timeout, when In, Out or Halt is called, and if the chip was
// removed.
func (p *Pin) WaitForEdge(timeout time.Duration) bool {
	h, err := p.requested()
	return err == nil && h.ReadOne(timeout) == nil
}

// requested returns the request of the line, for a call that must not hold the lock
// while it waits.
func (p *Pin) requested() (handle, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.handle == nil {
		return nil, errNotRequested
	}
	return p.handle, nil
}

// WatchEdges implements gpioext.EdgePin. The other lines must be on the same chip.
func (p *Pin) WatchEdges(names []string, pull gpio.Pull, deliver func([]gpioext.Edge), overflow func()) (gpioext.EdgeWatch, error) {
	if err := p.Halt(); err != nil {
		return nil, err
	}
	w, err := p.kernel.watch(names, pull, deliver, overflow)
	if err != nil {
		return nil, err
	}
	return w, nil
}

// StartPWM implements gpioext.PWMPin by the kernel's PWM class.
func (p *Pin) StartPWM(period time.Duration) (gpioext.PWM, error) {
	if err := p.Halt(); err != nil {
		return nil, err
	}
	return p.pwm.StartPWM(period)
}

// PWM drives the line with a duty cycle, by the kernel's PWM class.
func (p *Pin) PWM(duty gpio.Duty, f physic.Frequency) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.release(); err != nil {
		return err
	}
	return p.pwm.PWM(duty, f)
}

// Halt releases the line, which ends WaitForEdge, and stops the PWM output.
func (p *Pin) Halt() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.release(), p.pwm.Halt())
}

// open requests the line again. The caller holds the lock.
func (p *Pin) open(request uapi.LineRequest) error {
	if err := p.release(); err != nil {
		return err
	}
	h, _, err := p.kernel.open([]string{p.name}, request)
	p.handle = h
	return err
}

func (p *Pin) release() error {
	h := p.handle
	p.handle, p.pull = nil, gpio.PullNoChange
	if h == nil {
		return nil
	}
	return h.Close()
}

var errNotRequested = errors.New("the line is not requested: call In or Out first")
