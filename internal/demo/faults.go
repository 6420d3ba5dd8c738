package demo

import (
	"fmt"
	"net/http"
	"slices"
	"syscall"
	"time"

	conngpio "periph.io/x/conn/v3/gpio"

	"ptvd/internal/fakeserver"
	"ptvd/internal/fakeserver/motisserver"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/web"
	"ptvd/plugins/topics"
)

// fault is a failure of the environment. One without mend is over at once.
type fault struct {
	name, label, doc string
	begin, mend      func(*World)
}

// faults are in the order of the page.
var faults = []fault{
	{
		"network", "Network off", "no host can be reached",
		func(w *World) { w.network.setCut(true) }, func(w *World) { w.network.setCut(false) },
	},
	{
		"throttled", "PTV rate limit", "the PTV API refuses requests: too many of them",
		failing("throttled", ptv, fakeserver.Throttled), failing("throttled", ptv, nil),
	},
	{
		"ptv-500", "PTV error 500", "the PTV API answers every request with status 500",
		failing("ptv-500", ptv, fakeserver.Status(500)), failing("ptv-500", ptv, nil),
	},
	{
		"motis", "Ask the MOTIS", "the departures that are shown are those of the MOTIS in place of those of the PTV API",
		func(w *World) { w.swap(true) }, func(w *World) { w.swap(false) },
	},
	{
		"motis-throttled", "MOTIS rate limit", "the MOTIS refuses requests: too many of them",
		failing("motis-throttled", motis, motisserver.Throttled), failing("motis-throttled", motis, nil),
	},
	{
		"motis-500", "MOTIS error 500", "the MOTIS answers every request with status 500",
		failing("motis-500", motis, fakeserver.Status(500)), failing("motis-500", motis, nil),
	},
	{
		"cancelled", "Cancel a train", "the next train that can still be caught in a minute is cancelled",
		func(w *World) { w.ptv.CancelNext(3 * time.Minute) }, func(w *World) { w.ptv.Reinstate() },
	},
	{
		"clock", "Clock off by a day", "the system's clock steps forward by a day",
		func(w *World) { w.system.set(24 * time.Hour) }, func(w *World) { w.system.set(0) },
	},
	{
		"panel", "Unplug the panel", "the panel loses power, and transfers to it fail",
		(*World).unplug, func(w *World) { w.Board.FailSPI(panelPort, 0, nil) },
	},
	{
		"panic", "A plugin panics", "the lamp's PWM driver panics when its level changes next, which happens at once",
		func(w *World) { w.breakLamp(func() { panic("PWM driver: integer divide by zero") }) }, nil,
	},
	{
		"block", "A task blocks for 2 s", "the lamp's PWM driver does not return for two seconds",
		func(w *World) { w.breakLamp(func() { time.Sleep(2 * time.Second) }) }, nil,
	},
}

func ptv(w *World) *fakeserver.Faults   { return &w.ptv.Faults }
func motis(w *World) *fakeserver.Faults { return &w.motis.Faults }

// exclusive are the faults of a server, which has only one at a time.
var exclusive = map[string]string{
	"throttled": "ptv-500", "ptv-500": "throttled", "motis-throttled": "motis-500", "motis-500": "motis-throttled",
}

// failing begins a fault of a server in place of the other one, or ends it.
func failing(name string, of func(*World) *fakeserver.Faults, fault http.HandlerFunc) func(*World) {
	return func(w *World) {
		delete(w.broken, exclusive[name])
		of(w).Fail(fault)
	}
}

// Faults returns all faults, and which of them are active.
func (w *World) Faults() []web.Fault {
	var all []web.Fault
	for _, f := range faults {
		all = append(all, web.Fault{Name: f.name, Label: f.label, Doc: f.doc, On: w.broken[f.name], Once: f.mend == nil})
	}
	return all
}

// Break begins a fault.
func (w *World) Break(name string) error {
	f, err := findFault(name)
	if err != nil {
		return err
	}
	f.begin(w)
	if f.mend != nil {
		w.broken[name] = true
	}
	return nil
}

// Mend ends a fault.
func (w *World) Mend(name string) error {
	f, err := findFault(name)
	if err != nil || !w.broken[name] {
		return err
	}
	f.mend(w)
	delete(w.broken, name)
	return nil
}

func findFault(name string) (fault, error) {
	i := slices.IndexFunc(faults, func(f fault) bool { return f.name == name })
	if i < 0 {
		return fault{}, fmt.Errorf("the demo has no fault %q", name)
	}
	return faults[i], nil
}

// unplug takes the panel's power and makes transfers to it fail.
func (w *World) unplug() {
	const forever = 1 << 30
	w.Board.FailSPI(panelPort, forever, fmt.Errorf("cable unplugged: %w", syscall.ENODEV))
	w.Panel.PowerCycle()
	w.outages++
}

// breakLamp makes the lamp's driver fail, and turns the knob so that it is used.
func (w *World) breakLamp(fault func()) {
	w.driver.fault = fault
	detents := -1
	if w.Board.Duty(lampOutput) == 0 {
		detents = 1
	}
	_ = w.input.enqueue(w.loop.Now(), w.turn(detents)) // if the queue is full, a move in it turns the knob
}

// Shown returns what the panel shows, according to the bytes sent over SPI.
func (w *World) Shown(instance, payloadType string) (payload any, ok bool) {
	if !isPanel(instance, payloadType) {
		return nil, false
	}
	return topics.LitPicture{Picture: topics.Picture{Gray: w.Panel.Picture(mounted)}, Brightness: float64(w.Panel.Intensity(0)+1) / 16}, true
}

// Changes returns how often the panel's picture changed.
func (w *World) Changes(instance, payloadType string) uint64 {
	if !isPanel(instance, payloadType) {
		return 0
	}
	return uint64(w.Panel.Changes() + w.outages)
}

func isPanel(instance, payloadType string) bool {
	return instance == panelInstance && payloadType == topics.Picture{}.PayloadType()
}

// lampDriver is a driver of PWM outputs that can fail at the next change of a duty
// cycle, once: on the loop and within a step of the plugin, like a real driver.
type lampDriver struct {
	gpio.Backend
	fault func() // nil: no fault
}

// Pin returns a pin whose PWM output can fail.
func (d *lampDriver) Pin(name string) (conngpio.PinIO, error) {
	pin, err := d.Backend.Pin(name)
	if p, ok := pin.(gpioext.BoardPin); ok {
		return &faultyPin{p, d}, err
	}
	return pin, err
}

type faultyPin struct {
	gpioext.BoardPin
	driver *lampDriver
}

// StartPWM starts the output.
func (p *faultyPin) StartPWM(period time.Duration) (gpioext.PWM, error) {
	output, err := p.BoardPin.StartPWM(period)
	return &faultyPWM{output, p.driver}, err
}

type faultyPWM struct {
	gpio.PWM
	driver *lampDriver
}

// SetDuty runs the fault, if there is one, and sets the duty cycle.
func (p *faultyPWM) SetDuty(duty uint16) error {
	if fault := p.driver.fault; fault != nil {
		p.driver.fault = nil
		fault()
	}
	return p.PWM.SetDuty(duty)
}
