package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"ptvd/configs"
	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/fakeserver"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/internal/web"
)

// How the panel of demo.yaml is built, four modules of 8×8, none of them turned; and
// where it hangs.
const (
	modules       = 4
	panelInstance = "panel"
	panelPort     = "SPI0.0"
)

var mounted = sim.Arrangement{}

// World is all that the daemon of a demo meets.
type World struct {
	Panel *sim.Panel
	Board *sim.Board // once the daemon runs

	clock   *Clock // nil: time is somebody else's
	system  *system
	network *network
	ptv     *fakeserver.PTV
	ntp     *fakeserver.NTP
	state   string
	stop    context.CancelFunc

	// What follows belongs to the loop.
	loop    *scheduler.Loop
	hands   *hands
	driver  *lampDriver
	broken  map[string]bool // the faults that last
	outages int             // of the panel
}

var _ web.World = (*World)(nil)

// NewWorld starts the stand-ins, which live in the time that now tells. Close it
// in the end.
func NewWorld(now func() time.Time) (*World, error) {
	ctx, stop := context.WithCancel(context.Background())
	w := &World{
		Panel: sim.NewPanel(modules), stop: stop, broken: map[string]bool{},
		system: &system{now: now}, ptv: fakeserver.NewPTV(now), ntp: fakeserver.NewNTP(now),
	}
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
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go w.ntp.Serve(socket)
	w.network = newNetwork(map[string]string{"ptv.test": ptv, "ntp.test": socket.LocalAddr().String()})
	w.state, err = os.MkdirTemp("", "ptvd-demo-")
	return errors.Join(err,
		os.Setenv("PTVD_DEMO_ID", fakeserver.DemoID),
		os.Setenv("PTVD_DEMO_KEY", fakeserver.DemoKey))
}

// Options are those of the ordinary daemon on demo.yaml, in this world.
func (w *World) Options(log *slog.Logger) (daemon.Options, error) {
	file, err := config.Parse("demo.yaml", configs.Demo, 0o644)
	if err != nil {
		return daemon.Options{}, fmt.Errorf("the demo's own configuration: %w", err)
	}
	file.StateDir = w.state
	return daemon.Options{
		File:   file,
		Log:    log,
		Net:    daemon.Network(w.network.dial, nil),
		Board:  w.board,
		System: w.system,
	}, nil
}

// Open lets people in: the daemon of these options lives by the clock, which is the
// one that the world was made with, and serves its page on an address of loopback.
func (w *World) Open(o *daemon.Options, clock *Clock, address string) {
	w.clock = clock
	o.Clock, o.World = clock, w
	o.File.HTTP = &config.HTTP{Listen: address}
}

// board makes the board with all that hangs on it, and lets the visitor in.
func (w *World) board(loop *scheduler.Loop) (gpio.Backend, error) {
	w.Board = sim.New(loop)
	w.Board.Attach(panelPort, w.Panel)
	w.driver = &lampDriver{Backend: w.Board}
	w.loop, w.hands = loop, newHands(w.Board)
	loop.Post(func() {
		loop.Go("visit", w.hands.visit, scheduler.Owner("visitor"))
		loop.Go("hands", w.hands.work, scheduler.Owner("visitor"))
	})
	return w.driver, nil
}

// Close ends the stand-ins and removes what the daemon kept.
func (w *World) Close() error {
	w.stop()
	err := w.ntp.Close()
	if w.state != "" {
		err = errors.Join(err, os.RemoveAll(w.state))
	}
	return err
}
