package daemon

import (
	"encoding/hex"
	"image"
	"iter"
	"math"
	"reflect"
	"time"

	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	"ptvd/internal/web"
	"ptvd/plugins/topics"
)

// State returns all that a page in a browser shows. Call it on the loop, or when Run
// has returned.
func (d *Daemon) State() web.State { return (&page{daemon: d}).everything() }

// everything is all that there is to see.
func (p *page) everything() web.State {
	s := p.report()
	s.Panels, s.Lamps, s.Buttons = p.panels(), p.lamps(), p.buttons()
	return s
}

// report is what is told once a second.
func (p *page) report() web.State {
	return web.State{
		Clock: p.clock(), Departures: p.departures(),
		Instances: p.instances(), Loop: p.loop(), World: p.world(),
	}
}

// topic is a topic whose type is known.
type topic[T any] struct{ *host.Slot }

func (t topic[T]) Get() (T, bool) {
	value, ok := t.Last()
	typed, _ := value.(T)
	return typed, ok
}

// topicsOf returns the instances that publish values of a type, and their topics.
func topicsOf[T any](d *Daemon) iter.Seq2[string, topic[T]] {
	wanted := reflect.TypeFor[T]()
	return func(yield func(string, topic[T]) bool) {
		for _, i := range d.instances {
			for _, t := range i.entry.Definition.Topics {
				if t.Type != wanted {
					continue
				}
				if !yield(i.entry.Name, topic[T]{d.bus.Slot(i.entry.Name, t.Name)}) {
					return
				}
			}
		}
	}
}

// changes counts what was published of a type.
func changes[T any](d *Daemon) (n uint64) {
	for _, topic := range topicsOf[T](d) {
		n += topic.Version()
	}
	return n
}

func (p *page) panelChanges() uint64 {
	n := changes[topics.Picture](p.daemon)
	for name := range topicsOf[topics.Picture](p.daemon) {
		if world := p.daemon.options.World; world != nil {
			n += uint64(world.Changes(name))
		}
	}
	return n
}

func (p *page) panels() []web.Panel {
	all, words := []web.Panel{}, map[string]string{}
	for name, topic := range topicsOf[topics.Text](p.daemon) {
		text, _ := topic.Get()
		words[name] = string(text)
	}
	for name, topic := range topicsOf[topics.Picture](p.daemon) {
		picture, brightness, ok := p.worldPicture(name)
		if !ok {
			var shown topics.Picture
			shown, ok = topic.Get()
			picture = shown.Gray
			brightness = 1
		}
		if ok {
			shown := panel(name, picture, brightness)
			shown.Text = words[name]
			all = append(all, shown)
		}
	}
	return all
}

// worldPicture is what a simulated panel shows, by what went over SPI.
func (p *page) worldPicture(name string) (picture *image.Gray, brightness float64, ok bool) {
	if world := p.daemon.options.World; world != nil {
		return world.Picture(name)
	}
	return nil, 0, false
}

func panel(name string, picture *image.Gray, brightness float64) web.Panel {
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	all := web.Panel{Instance: name, Width: width, Height: height, Brightness: brightness, Rows: make([]string, height)}
	row := make([]byte, (width+7)/8)
	for y := range height {
		clear(row)
		for x, pixel := range picture.Pix[y*picture.Stride:][:width] {
			if pixel >= 0x80 {
				row[x/8] |= 0x80 >> (x % 8)
			}
		}
		all.Rows[y] = hex.EncodeToString(row)
	}
	return all
}

func (p *page) lamps() []web.Lamp {
	all := []web.Lamp{}
	for name, topic := range topicsOf[topics.Level](p.daemon) {
		level, _ := topic.Get()
		all = append(all, web.Lamp{
			Instance: name, Goal: level.Goal, Level: level.Now, Duty: float64(level.Duty) / 0xFFFF,
			Turned: level.Turned, Offered: p.offered(),
		})
	}
	return all
}

func (p *page) buttons() []web.Button {
	all := []web.Button{}
	for name, topic := range topicsOf[topics.Press](p.daemon) {
		state, _ := topic.Get()
		all = append(all, web.Button{Instance: name, Down: state.Down, Offered: p.offered()})
	}
	return all
}

// offered tells whether the inputs may be moved from the page.
func (p *page) offered() bool { return p.remote || p.daemon.options.World != nil }

func (p *page) clock() *web.Clock {
	clock := p.daemon.clock
	c := web.Clock{
		Now: clock.Now().Format(time.RFC3339), Known: clock.Synchronized(), SystemError: (-clock.Offset()).Seconds(),
	}
	for _, topic := range topicsOf[topics.Sync](p.daemon) {
		if sync, ok := topic.Get(); ok {
			c.Synced += sync.Count
		}
	}
	return &c
}

func (p *page) departures() []web.Stop {
	all := []web.Stop{}
	for name, topic := range topicsOf[topics.Departures](p.daemon) {
		if known, ok := topic.Get(); ok {
			all = append(all, stop(name, known, p.daemon.clock.Now(), p.daemon.loop.Now()))
		}
	}
	return all
}

const (
	maxServices = 8               // that the page has room for
	tooOld      = 5 * time.Minute // from when on the panel shows none
)

func stop(name string, d topics.Departures, now time.Time, mono scheduler.Instant) web.Stop {
	s := web.Stop{
		Instance: name, Name: d.Stop, Problem: d.Problem, Period: d.Period.Seconds(),
		Age: -1, Freshness: web.None, Next: []web.Service{}, Complete: d.Complete,
	}
	if d.Received != 0 {
		age := mono.Sub(d.Received)
		s.Age = age.Seconds()
		switch {
		case age > tooOld:
			s.Freshness = web.Stale
		case age > 2*d.Period:
			s.Freshness = web.Old
		default:
			s.Freshness = web.Fresh
		}
	}
	for _, departure := range d.List {
		switch in := departure.When().Sub(now); {
		case in < 0:
		case len(s.Next) == maxServices:
			s.Complete = false
		default:
			s.Next = append(s.Next, service(departure, now.Location(), in, d.Walk))
		}
	}
	return s
}

func service(d topics.Departure, zone *time.Location, in, walk time.Duration) web.Service {
	s := web.Service{
		Leaves: d.When().In(zone).Format(time.RFC3339), In: in.Seconds(), Live: !d.Estimated.IsZero(),
		Headsign: d.Headsign, Route: d.Route, Platform: d.Platform, Cancelled: d.Cancelled,
		Bus: d.ReplacedByBus, AtPlatform: d.AtPlatform, OutOfReach: in < walk, Disruptions: len(d.Disruptions),
	}
	if s.Live {
		s.Late = d.Estimated.Sub(d.Scheduled).Seconds()
	}
	return s
}

func (p *page) instances() []web.Instance {
	all := []web.Instance{}
	for _, i := range p.daemon.instances {
		one := web.Instance{
			Name: i.entry.Name, Plugin: i.entry.Definition.Name, Health: string(i.health.Condition), Why: i.health.Why,
			Since: p.daemon.loop.Now().Sub(i.health.Since).Seconds(), Restarts: i.restarts, Meter: map[string]float64{},
		}
		for name, value := range i.meter.All() {
			if !math.IsNaN(value) && !math.IsInf(value, 0) { // JSON has no words for them
				one.Meter[name] = value
			}
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
		SPITransfers: d.spi.Transfers(), SPIBytes: d.spi.Bytes(), Tasks: make([]web.Task, 0, len(snapshot.Totals)),
	}
	for _, s := range snapshot.Totals {
		task := web.Task{
			Instance: s.Owner, Name: s.Name, Live: s.Live, Due: -1, Runs: s.Runs, Total: s.Total.Seconds(),
			Longest: s.Longest.Seconds(), Missed: s.Missed,
			LateP50: s.Late.P50.Seconds(), LateP99: s.Late.P99.Seconds(), LateMax: s.Late.Max.Seconds(),
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
