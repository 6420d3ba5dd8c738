package demo

import (
	"time"

	"ptvd/internal/gpio"
)

// lampDriver is the board's driver of PWM outputs, which can go wrong at the next
// change of a duty cycle: once, on the loop and within the plugin's step, where
// such a fault of a real driver would be.
type lampDriver struct {
	gpio.Backend
	fault func() // nil: it works
}

// OpenPWM opens an output.
func (d *lampDriver) OpenPWM(name string, period time.Duration) (gpio.PWM, error) {
	output, err := d.Backend.OpenPWM(name, period)
	return &faultyPWM{output, d}, err
}

type faultyPWM struct {
	gpio.PWM
	driver *lampDriver
}

// SetDuty sets the duty cycle, after whatever goes wrong first.
func (p *faultyPWM) SetDuty(duty uint16) error {
	if fault := p.driver.fault; fault != nil {
		p.driver.fault = nil
		fault()
	}
	return p.PWM.SetDuty(duty)
}
