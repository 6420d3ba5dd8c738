package daemon

import (
	"fmt"
	"math"
	"os"
	"time"

	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	"ptvd/internal/web"
	"ptvd/plugins/topics"
)

// State returns everything that the page shows. Call it on the loop, or when Run has
// returned.
func (d *Daemon) State() web.State { return (&page{daemon: d}).snapshot() }

func (p *page) snapshot() web.State {
	name, _ := os.Hostname() // without a name the page shows none
	return web.State{
		Clock: p.clock(), Topics: p.topics(func(*host.Slot) bool { return true }),
		Instances: p.instances(), Loop: p.loop(), World: p.world(), Daemon: &web.Daemon{Version: p.daemon.options.Version, Host: name},
	}
}

func (p *page) clock() *web.Clock {
	clock := p.daemon.clock
	return &web.Clock{
		Now: clock.Now().Format(time.RFC3339), Synchronized: clock.Synchronized(),
		SystemError: (-clock.Offset()).Seconds(),
	}
}

// topics returns the chosen topics of all instances, except their health, which the
// instances tell.
func (p *page) topics(isChosen func(*host.Slot) bool) []web.Topic {
	m := host.Moment(p.daemon.clock, p.daemon.loop)
	all := []web.Topic{}
	for slot := range p.daemon.bus.Topics() {
		if slot.Topic().Name != host.HealthTopic.Name && isChosen(slot) {
			all = append(all, p.topic(slot, m))
		}
	}
	return all
}

// topic describes a topic at a moment. The payload's methods belong to a plugin and may
// panic; then the panic is the value.
func (p *page) topic(slot *host.Slot, m topics.Moment) (t web.Topic) {
	value, ok := valueOf(slot)
	if world := p.daemon.options.World; world != nil {
		if shown, is := world.Shown(slot.Instance, topics.TypeOf(slot.Topic().Type)); is {
			value, ok = shown, true
		}
	}
	t = web.Topic{Plugin: slot.Plugin, Doc: slot.Topic().Doc, GoType: slot.Topic().Type.String()}
	defer func() {
		if err := recover(); err != nil {
			t.Envelope = slot.Envelope(nil, slot.Version(), m)
			t.Value = web.Value{Payload: host.Unencodable{Cause: fmt.Errorf("panic: %v", err)}}
		}
	}()
	t.Envelope = slot.Envelope(value, slot.Version(), m)
	if !ok {
		t.Value = nil
		return t
	}
	t.Value = web.Value{Payload: t.Value}
	if measured, is := value.(topics.Measured); is {
		t.Figures, t.Help = map[string]float64{}, map[string]string{}
		explained, hasHelp := value.(topics.Explained)
		for name, figure := range measured.Figures(m) {
			setFinite(t.Figures, name, figure)
			if t.Help[name] = t.Doc; hasHelp {
				t.Help[name] = explained.FigureHelp(name)
			}
		}
	}
	return t
}

// valueOf returns the latest value of a topic, of events too. A value past its maximum
// age does not count, unless its payload says itself how old it is.
func valueOf(slot *host.Slot) (value any, ok bool) {
	if slot.Topic().Class == host.Event && slot.Version() > 0 {
		value, _, ok = slot.After(slot.Version() - 1)
		return value, ok
	}
	if value, ok = slot.Get(); ok {
		return value, true
	}
	last, ok := slot.Last()
	_, timed := last.(topics.Timed)
	return last, ok && timed
}

// setFinite sets a figure unless it is NaN or infinite, which JSON cannot express.
func setFinite(figures map[string]float64, name string, value float64) {
	if !math.IsNaN(value) && !math.IsInf(value, 0) {
		figures[name] = value
	}
}

func (p *page) instances() []web.Instance {
	all := []web.Instance{}
	for _, i := range p.daemon.instances {
		one := web.Instance{
			Name: i.entry.Name, Plugin: i.entry.Definition.Name, Health: string(i.health.Condition), Why: i.health.Why,
			Since: p.daemon.loop.Now().Sub(i.health.Since).Seconds(), Restarts: i.restarts, Meter: map[string]float64{}, Help: map[string]string{},
			Actions: []web.Action{}, Offered: p.remote || p.daemon.options.World != nil,
		}
		if one.Why == "" && i.board != nil {
			one.Why = i.board.Polled()
		}
		for name, value := range i.meter.All() {
			setFinite(one.Meter, name, value)
			one.Help[name] = i.meter.Help(name)
		}
		for _, a := range i.actions() {
			one.Actions = append(one.Actions, web.Action{Name: a.Name, Doc: a.Doc, Arg: a.Arg, EndedBy: a.EndedBy})
		}
		all = append(all, one)
	}
	return all
}

func (p *page) loop() *web.Loop {
	d := p.daemon
	snapshot := d.loop.Snapshot()
	newest := map[[2]string]scheduler.TaskState{}
	for _, t := range snapshot.Tasks {
		newest[[2]string{t.Owner, t.Name}] = t
	}
	l := web.Loop{
		Uptime: snapshot.At.Sub(d.started).Seconds(), Machine: snapshot.Machine.Sub(0).Seconds(), Wakeups: snapshot.Wakeups, Workers: snapshot.Workers,
		SPITransfers: d.claims.SPI.Transfers(), SPIBytes: d.claims.SPI.Bytes(),
		I2CTransfers: d.claims.I2C.Transfers(), I2CBytes: d.claims.I2C.Bytes(),
		UARTTransfers: d.claims.UART.Transfers(), UARTBytes: d.claims.UART.Bytes(),
		Tasks: make([]web.Task, 0, len(snapshot.Totals)),
	}
	for _, s := range snapshot.Totals {
		task := web.Task{
			Instance: s.Owner, Name: s.Name, Live: s.Live, Due: -1, Runs: s.Runs, Total: s.Total.Seconds(),
			Longest: s.Longest.Seconds(), Missed: s.Missed,
			LateP50: s.Late.P50.Seconds(), LateP99: s.Late.P99.Seconds(), LateMax: s.Late.Max.Seconds(),
			Late: web.Histogram{Below: s.Late.Below[:], Count: s.Late.Count, Sum: s.Late.Sum.Seconds()},
		}
		for _, bound := range scheduler.LatenessBounds {
			task.Late.Bounds = append(task.Late.Bounds, bound.Seconds())
		}
		if now, ok := newest[[2]string{s.Owner, s.Name}]; ok {
			task.State = now.State
			if now.Due != scheduler.Never {
				task.Due = now.Due.Sub(snapshot.At).Seconds() / p.speed()
			}
		}
		l.Tasks = append(l.Tasks, task)
	}
	return &l
}

func (p *page) world() *web.WorldState {
	world := p.daemon.options.World
	if world == nil {
		return nil
	}
	speed, choice := world.Speed()
	return &web.WorldState{Faults: world.Faults(), Speed: speed, Speeds: choice}
}
