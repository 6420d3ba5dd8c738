package demo

import (
	"fmt"
	"image"
	"sync/atomic"
	"syscall"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/internal/wallclock"
	"ptvd/internal/web"
)

// fault is a way in which the world can fail. What has no mend happens, and is over.
type fault struct {
	name, label, doc string
	begin, mend      func(*World)
}

// faults are all ways, in the order in which the page offers them.
var faults = []fault{
	{
		"network", "Network off", "nothing outside can be reached",
		func(w *World) { w.network.setCut(true) }, func(w *World) { w.network.setCut(false) },
	},
	{
		"throttled", "PTV throttles", "the service finds that it is asked too often",
		failPTV(fakeserver.PTVFault{Throttled: true}), failPTV(fakeserver.PTVFault{}),
	},
	{
		"ptv-500", "PTV fails", "the service answers every question with status 500",
		failPTV(fakeserver.PTVFault{Status: 500}), failPTV(fakeserver.PTVFault{}),
	},
	{
		"cancelled", "Cancel a train", "the next train that could be caught does not run",
		func(w *World) { w.ptv.CancelNext(150 * time.Second) }, func(w *World) { w.ptv.Reinstate() },
	},
	{
		"clock", "Clock off by a day", "the system's clock jumps ahead by a day",
		func(w *World) { w.system.set(24 * time.Hour) }, func(w *World) { w.system.set(0) },
	},
	{
		"panel", "Unplug the panel", "the panel loses its cable and forgets its picture",
		(*World).unplug, (*World).plug,
	},
	{
		"panic", "A plugin panics", "the lamp's driver panics at the next turn of the knob, which follows at once",
		func(w *World) { w.breakLamp(func() { panic("the lamp's driver divides by zero") }) }, nil,
	},
	{
		"block", "A task blocks for 2 s", "the lamp's driver does not return for two seconds",
		func(w *World) { w.breakLamp(func() { time.Sleep(2 * time.Second) }) }, nil,
	},
}

// failPTV replaces how the service fails: it fails in one way at a time.
func failPTV(how fakeserver.PTVFault) func(*World) {
	return func(w *World) {
		delete(w.broken, "throttled")
		delete(w.broken, "ptv-500")
		w.ptv.Fail(how)
	}
}

// Faults returns the ways in which the world can fail, and which of them it does.
func (w *World) Faults() []web.Fault {
	var all []web.Fault
	for _, f := range faults {
		all = append(all, web.Fault{Name: f.name, Label: f.label, Doc: f.doc, On: w.broken[f.name], Once: f.mend == nil})
	}
	return all
}

// Break lets a fault begin.
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

// Mend lets it end.
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
	for _, f := range faults {
		if f.name == name {
			return f, nil
		}
	}
	return fault{}, fmt.Errorf("the demo's world has no fault %q", name)
}

// unplug leaves the panel without power, and the port without anything that would
// acknowledge a transfer.
func (w *World) unplug() {
	const forever = 1 << 30
	w.Board.FailSPI(panelPort, forever, fmt.Errorf("the cable is unplugged: %w", syscall.ENODEV))
	w.Panel.PowerCycle()
	w.outages++
}

func (w *World) plug() { w.Board.FailSPI(panelPort, 0, nil) }

// breakLamp makes the lamp's driver go wrong, and moves the knob so that it does.
func (w *World) breakLamp(how func()) {
	w.driver.fault = how
	detents := -1
	if w.Board.Duty(lampOutput) == 0 {
		detents = 1
	}
	_ = w.Turn(lamp, detents) // if the hands are full, they turn it anyway
}

// Changes counts the changes of the panel's picture.
func (w *World) Changes(instance string) int { return w.Panel.Changes() + w.outages }

// Picture returns what the panel shows, by what went over SPI.
func (w *World) Picture(instance string) (picture *image.Gray, brightness float64, ok bool) {
	return w.Panel.Picture(mounted), float64(w.Panel.Intensity(0)+1) / 16, instance == panelInstance
}

// system is the operating system's clock: nobody keeps it, and it can be wrong.
type system struct {
	now   func() time.Time
	wrong atomic.Int64
}

var _ wallclock.System = (*system)(nil)

func (s *system) Now() time.Time          { return s.now().Add(time.Duration(s.wrong.Load())) }
func (s *system) Synchronized() bool      { return false }
func (s *system) set(ahead time.Duration) { s.wrong.Store(int64(ahead)) }

// speeds are how fast time may run.
var speeds = []float64{1, 10, 60}

// Speed returns how fast time runs.
func (w *World) Speed() (now float64, choice []float64) {
	if w.clock == nil {
		return 1, nil
	}
	return float64(w.clock.Speed()), speeds
}

// SetSpeed lets it run faster.
func (w *World) SetSpeed(times float64) error {
	for _, s := range speeds {
		if s == times && w.clock != nil {
			w.clock.SetSpeed(int(times))
			return nil
		}
	}
	return fmt.Errorf("time does not run %v times as fast", times)
}
