// Package plugintest runs plugins on a simulated board in virtual time, so that a
// test of an hour takes a moment and goes the same way every time. Instances are
// written as in the configuration:
//
//	h := plugintest.New(t)
//	h.Run(func(task *plugins.Task) error {
//		lamp := h.Start(task, "lamp", "{plugin: fade, output: GPIO18}")
//		…
//		return lamp.Stop(task)
//	})
//
// [Check] says what "ptvd check" says of an instance.
package plugintest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	"ptvd/internal/wallclock"
	"ptvd/plugins"
)

// Check returns what is wrong with an instance of a plugin, with the options
// options: nil, or everything that is, with the lines and what to do. New, which
// "ptvd check" calls as well, is not called: its error fails the test of a Start.
func Check(plugin, options string) error {
	_, err := parse("check:\n plugin: " + plugin + indent("\n"+options, " "))
	return err
}

// parse reads entries of a configuration.
func parse(entries string) ([]config.Instance, error) {
	file, err := config.Parse("test.yaml", []byte("plugins:"+indent("\n"+entries, " ")+"\n"), 0o600)
	if err != nil {
		return nil, err
	}
	return file.Instances, nil
}

func indent(lines, by string) string { return strings.ReplaceAll(lines, "\n", "\n"+by) }

// Harness is a small daemon for a test.
type Harness struct {
	T      testing.TB
	Loop   *scheduler.Loop
	Board  *sim.Board
	System *System          // the operating system's clock
	Clock  *wallclock.Clock // the board's civil time
	Bus    *host.Bus
	Log    bytes.Buffer
	Net    plugins.Network         // to be filled in before Start
	clock  *scheduler.VirtualClock // nil in real time
	claims *gpio.Claims
	reader *Instance // that subscribes for tests

	entries []string                   // of the instances that there are
	stubs   map[string]host.Definition // the plugins of those that Handle and Publish make
}

// Epoch is the civil time at which a harness starts: a Thursday, 7:52 in
// Melbourne.
var Epoch = time.Date(2026, 11, 18, 20, 52, 0, 0, time.UTC)

// New returns a harness in virtual time, whose clock is right.
func New(t testing.TB) *Harness {
	virtual := scheduler.NewVirtualClock(scheduler.Instant(time.Hour))
	h := newHarness(t, virtual)
	h.clock = virtual
	return h
}

// NewInRealTime returns a harness in real time, for a plugin whose other side is a
// process. Its test waits for what the process does, and never for time to pass.
func NewInRealTime(t testing.TB) *Harness { return newHarness(t, scheduler.NewTimerClock()) }

func newHarness(t testing.TB, clock scheduler.Clock) *Harness {
	var h *Harness
	loop := scheduler.New(scheduler.Options{
		Clock:    clock,
		OnResume: func(time.Duration) { h.Clock.Resume() },
		OnError:  func(task *scheduler.Task, err error) { t.Errorf("task %s/%s: %v", task.Owner(), task.Name(), err) },
	})
	zone, err := time.LoadLocation("Australia/Melbourne")
	if err != nil {
		t.Fatal(err)
	}
	h = &Harness{
		T: t, Loop: loop, Board: sim.New(loop), Bus: host.NewBus(loop.Now),
		claims: gpio.NewClaims(), stubs: map[string]host.Definition{},
	}
	h.System = &System{monotonic: loop.Now, start: loop.Now(), epoch: Epoch, Sync: true}
	h.Clock = wallclock.New(h.System, loop.Now, zone, false)
	h.Bus.OnPanic = func(instance string, err error) { t.Errorf("an action of %s: %v", instance, err) }
	return h
}

// Run runs the loop until body returns; an error of it fails the test.
func (h *Harness) Run(body func(t *plugins.Task) error) {
	h.T.Helper()
	if err := h.Loop.Run(body); err != nil {
		h.T.Error(err)
	}
}

// Suspend suspends the machine for d when every task waits.
func (h *Harness) Suspend(d time.Duration) { h.clock.Suspend(d) }

// Delay lets time pass in awaited work, such as that of a driver which is slow.
func (h *Harness) Delay(ctx context.Context, d time.Duration) error { return h.clock.Sleep(ctx, d) }

// Stall lets time pass within the calling task's step, as if the task blocked the
// loop for so long.
func (h *Harness) Stall(d time.Duration) { _, _ = h.clock.Wait(h.clock.Now().Add(d)) }

// Call carries out an action, written as in a configuration: "lamp.set 40%".
func (h *Harness) Call(action string) error {
	var a plugins.ActionRef
	if err := a.UnmarshalText([]byte(action)); err != nil {
		return err
	}
	return h.Bus.Call(a.Instance, a.Name, a.Arg)
}

// Handle makes an instance that does nothing but carry out an action, for a plugin
// that calls it.
func (h *Harness) Handle(instance, action string, do func(arg string) error) {
	i := h.stub(instance, func(d *host.Definition) {
		d.Actions = append(d.Actions, host.Action{Name: action, Doc: "is handled by the test"})
	})
	i.Handle(action, do)
}

// Publish makes an instance that does nothing but publish a topic, for a plugin
// that reads it, and returns what publishes a value.
func Publish[T any](h *Harness, instance string, topic *plugins.Topic[T]) func(T) {
	env := h.stub(instance, func(d *host.Definition) { d.Topics = append(d.Topics, plugins.Topics(topic)...) }).Env()
	return func(value T) { topic.Set(env, value) }
}

// stubs counts the plugins that Handle and Publish have made.
var stubs int

func (h *Harness) stub(instance string, change func(*host.Definition)) *Instance {
	definition := h.stubs[instance]
	change(&definition)
	stubs++
	definition.Name, definition.Doc = fmt.Sprintf("stub%d", stubs), "stands for what a test plays"
	definition.Defaults = reflect.ValueOf(struct{}{})
	host.Register(definition)
	h.stubs[instance] = definition
	h.enter(instance, " {plugin: "+definition.Name+"}")
	return h.instance(instance, definition)
}

// enter adds an entry of an instance, in place of one that it had.
func (h *Harness) enter(instance, entry string) {
	h.entries = slices.DeleteFunc(h.entries, func(e string) bool { return strings.HasPrefix(e, instance+":") })
	h.entries = append(h.entries, instance+":"+entry)
}

// Subscribe returns the reading end of a topic.
func Subscribe[T any](h *Harness, instance, topic string) *plugins.Subscription[T] {
	if h.reader == nil {
		h.reader = h.instance("reader", host.Definition{})
	}
	return plugins.Subscribe(h.reader.Env(), plugins.From[T]{Instance: instance, Topic: topic})
}

func (h *Harness) instance(instance string, plugin host.Definition) *Instance {
	i := &host.Instance{
		Name:       instance,
		Definition: plugin,
		Log:        slog.New(slog.NewTextHandler(&h.Log, &slog.HandlerOptions{Level: slog.LevelDebug})).With("plugin", instance),
		Loop:       h.Loop,
		Clock:      h.Clock,
		Board:      gpio.NewBoard(h.Board, h.claims, instance),
		Health:     host.NewHealth(h.Loop.Now, func(health *host.Health) { h.Bus.PublishHealth(instance, health) }),
		Meter:      host.NewMeter(),
		Storage:    &storage{},
		Net:        h.Net,
		Bus:        h.Bus,
	}
	h.Bus.Declare(instance, plugin, nil)
	return &Instance{Instance: i, h: h}
}

// Instance is one instance of a plugin. What it is given may be changed before it
// is started.
type Instance struct {
	*host.Instance
	Plugin plugins.Plugin // once it was started
	h      *Harness
	task   *scheduler.Task
}

// Env returns what its plugin is given.
func (i *Instance) Env() plugins.Env { return host.NewEnv(i.Instance).(plugins.Env) }

// Start makes and starts an instance from its entry in a configuration, such as
// "{plugin: fade, output: GPIO18}" or the same in lines, and returns when its Start
// has returned. It may refer to instances that were there before. An entry that is
// wrong fails the test.
func (h *Harness) Start(t *plugins.Task, name, entry string) *Instance {
	h.T.Helper()
	h.enter(name, indent("\n"+strings.TrimSpace(entry), " "))
	parsed, err := parse(strings.Join(h.entries, "\n"))
	if err != nil {
		h.T.Fatal(err)
	}
	config := parsed[len(parsed)-1]
	i := h.instance(name, config.Definition)
	h.Bus.Declare(name, config.Definition, config.Config)
	return i.start(t, func(plugins.Env) (plugins.Plugin, error) {
		return config.Definition.New(i.Instance, config.Config)
	})
}

// Instance returns an instance of a plugin that is not started yet.
func (h *Harness) Instance(name, plugin string) *Instance {
	h.T.Helper()
	definition, ok := host.Lookup(plugin)
	if !ok {
		h.T.Fatalf("no plugin is named %s", plugin)
	}
	return h.instance(name, definition)
}

// StartPlugin starts the instance with a plugin that the test makes by itself.
func (i *Instance) StartPlugin(t *plugins.Task, make func(plugins.Env) (plugins.Plugin, error)) *Instance {
	i.h.T.Helper()
	return i.start(t, make)
}

func (i *Instance) start(t *plugins.Task, make func(plugins.Env) (plugins.Plugin, error)) *Instance {
	i.h.T.Helper()
	var err error
	if i.Plugin, err = make(i.Env()); err != nil {
		i.h.T.Fatal(err)
	}
	var started, forever scheduler.Event
	i.task = i.h.Loop.Go("run", func(t *scheduler.Task) error {
		err := t.Group(func(g *scheduler.Group) error {
			i.Tasks = g
			defer started.Set()
			if err := i.Plugin.Start(t); err != nil {
				return err
			}
			started.Set()
			return forever.Wait(t)
		})
		stopping := cmp.Or(i.Plugin.Stop(t), i.Board.Close(t))
		if errors.Is(err, plugins.ErrCancelled) { // by Stop, which tells how that went
			return cmp.Or(stopping, err)
		}
		return cmp.Or(err, stopping)
	}, scheduler.Owner(i.Name))
	if err := started.Wait(t); err != nil {
		i.h.T.Fatal(err)
	}
	return i
}

// Stop ends the instance and returns the error that it ended with, if it was not
// the stop itself.
func (i *Instance) Stop(t *plugins.Task) error {
	i.task.Cancel()
	if err := t.Join(i.task); err != nil && !errors.Is(err, plugins.ErrTaskCancelled) {
		return err
	}
	return nil
}

// Err returns the error that ended the instance, nil while it runs.
func (i *Instance) Err() error { return i.task.Err() }

// System is the operating system's clock of a harness. It can be stepped.
type System struct {
	Sync      bool          // the kernel says that somebody keeps it
	Step      time.Duration // how far it was stepped
	monotonic func() scheduler.Instant
	start     scheduler.Instant
	epoch     time.Time
}

// Now returns the system's time.
func (s *System) Now() time.Time {
	return s.epoch.Add(s.monotonic().Sub(s.start)).Add(s.Step)
}

// Synchronized returns Sync.
func (s *System) Synchronized() bool { return s.Sync }
