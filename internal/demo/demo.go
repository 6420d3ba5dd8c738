// Package demo runs the ordinary daemon on a simulated board, with fakes of the PTV
// API, of a MOTIS and of an NTP server on loopback. An autopilot presses the button and turns the
// knob now and then. On the web page people can do so too, and inject faults.
//
// The daemon contains no code for the demo: it sees real HTTP with real signatures,
// real NTP packets, and edges with contact bounce.
package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"time"

	"ptvd/configs"
	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/fakeserver"
	"ptvd/internal/fakeserver/motisserver"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/internal/web"
)

// The panel of demo.yaml: four modules of 8×8 LEDs, their data input at the left.
const (
	modules       = 4
	panelInstance = "panel"
	panelPort     = "SPI0.0"
)

var mounted = sim.Arrangement{Module: &sim.FC16}

// World is the environment of the demo's daemon.
type World struct {
	Panel *sim.Panel
	Board *sim.Board // nil until the daemon runs

	// Reload makes the daemon read its configuration again. It is set before the
	// daemon runs.
	Reload func()

	clock   *Clock // nil: the speed of time cannot be changed
	system  *system
	network *network
	ptv     *fakeserver.PTV
	motis   *motisserver.MOTIS
	ntp     *fakeserver.NTP
	state   string
	http    *config.HTTP // nil: no page is served
	stop    context.CancelFunc

	// The remaining fields belong to the loop.
	loop    *scheduler.Loop
	input   *input
	driver  *lampDriver
	broken  map[string]bool // the faults that are active
	outages int             // of the panel

	swapped atomic.Bool // the departures that are shown are those of the MOTIS
}

var _ web.World = (*World)(nil)

// NewWorld starts the fake servers, with the time that now returns. The world must
// be closed.
func NewWorld(now func() time.Time) (*World, error) {
	ctx, stop := context.WithCancel(context.Background())
	w := &World{
		Panel: sim.NewPanel(modules), stop: stop, broken: map[string]bool{},
		system: &system{now: now}, ptv: fakeserver.NewPTV(now), ntp: fakeserver.NewNTP(now),
	}
	w.motis = motisserver.Beside(w.ptv, now)
	if err := w.start(ctx); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func (w *World) start(ctx context.Context) error {
	ptv, err := serveHTTP(ctx, w.ptv)
	if err != nil {
		return err
	}
	motis, err := serveHTTP(ctx, w.motis)
	if err != nil {
		return err
	}
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { socket.Close() })
	go func() { _ = w.ntp.Serve(socket) }()
	w.network = &network{
		hosts: map[string]string{"ptv.test": ptv, "motis.test": motis, "ntp.test": socket.LocalAddr().String()},
		conns: map[*networkConn]bool{},
	}
	w.state, err = os.MkdirTemp("", "ptvd-demo-")
	return errors.Join(err,
		os.Setenv("PTVD_DEMO_ID", fakeserver.DemoID),
		os.Setenv("PTVD_DEMO_KEY", fakeserver.DemoKey))
}

// Options returns the daemon's options for demo.yaml in this world.
func (w *World) Options(log *slog.Logger) (daemon.Options, error) {
	file, err := w.file()
	if err != nil {
		return daemon.Options{}, err
	}
	return daemon.Options{
		File:   file,
		Reload: w.file,
		Log:    log,
		Net:    daemon.Network(w.network.dial, nil),
		Board:  w.board,
		System: w.system,
	}, nil
}

// file returns the configuration. Where the sources are swapped, each has the name, and so
// the place, of the other.
func (w *World) file() (*config.File, error) {
	file, err := config.Parse("demo.yaml", configs.Demo, 0o644)
	if err != nil {
		return nil, fmt.Errorf("configuration of the demo: %w", err)
	}
	file.StateDir, file.HTTP = w.state, w.http
	if w.swapped.Load() {
		other := map[string]string{"trains": "world", "world": "trains"}
		for i, entry := range file.Instances {
			file.Instances[i].Name = cmp.Or(other[entry.Name], entry.Name)
		}
	}
	return file, nil
}

// swap makes the departures that are shown those of the MOTIS, or of the PTV API again.
func (w *World) swap(swapped bool) {
	w.swapped.Store(swapped)
	w.Reload()
}

// Open adds the web page, served on a loopback address, and the clock to the daemon's
// options. The clock must be the one whose time NewWorld was given.
func (w *World) Open(o *daemon.Options, clock *Clock, address string) {
	w.clock = clock
	o.Clock, o.World = clock, w
	w.http = &config.HTTP{Listen: address}
	o.File.HTTP = w.http
}

// board creates the board with its devices, and starts the tasks of the inputs.
func (w *World) board(loop *scheduler.Loop) (gpio.Backend, error) {
	w.Board = sim.New(loop)
	w.Board.Attach(panelPort, w.Panel)
	w.driver = &lampDriver{Backend: w.Board}
	w.loop, w.input = loop, newInput(w.Board)
	loop.Post(func() {
		loop.Go("autopilot", w.input.autopilot, scheduler.Owner("demo"))
		loop.Go("input", w.input.run, scheduler.Owner("demo"))
	})
	return w.driver, nil
}

// Close stops the fake servers and removes the daemon's state.
func (w *World) Close() error {
	w.stop()
	if w.state == "" {
		return nil
	}
	return os.RemoveAll(w.state)
}
