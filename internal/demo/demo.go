package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"ptvd/configs"
	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/internal/standin"
)

// How the panel of demo.yaml is built: four modules of 8×8, none of them turned.
const modules = 4

var mounted = sim.Arrangement{}

// World is all that the daemon of a demo meets.
type World struct {
	Panel *sim.Panel
	Board *sim.Board // once the daemon runs
	hosts names
	state string
	stop  context.CancelFunc
	ntp   *standin.NTP
}

// NewWorld starts the stand-ins, which live in the time that now tells. Close it
// in the end.
func NewWorld(now func() time.Time) (*World, error) {
	ctx, stop := context.WithCancel(context.Background())
	w := &World{Panel: sim.NewPanel(modules), stop: stop, ntp: standin.NewNTP(now)}
	if err := w.start(ctx, standin.NewPTV(now)); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func (w *World) start(ctx context.Context, ptv http.Handler) error {
	web, err := serveHTTP(ctx, ptv)
	if err != nil {
		return err
	}
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go w.ntp.Serve(socket)
	w.hosts = names{"ptv.test": web, "ntp.test": socket.LocalAddr().String()}
	w.state, err = os.MkdirTemp("", "ptvd-demo-")
	return errors.Join(err,
		os.Setenv("PTVD_DEMO_ID", standin.DemoID),
		os.Setenv("PTVD_DEMO_KEY", standin.DemoKey))
}

// Options are those of the ordinary daemon on demo.yaml, in this world.
func (w *World) Options(log *slog.Logger) (daemon.Options, error) {
	file, err := config.Parse("demo.yaml", configs.Demo, 0o644)
	if err != nil {
		return daemon.Options{}, fmt.Errorf("the demo's own configuration: %w", err)
	}
	file.StateDir = w.state
	return daemon.Options{
		File:  file,
		Log:   log,
		Net:   daemon.Network(w.hosts.dial, nil),
		Board: w.board,
	}, nil
}

// board makes the board with all that hangs on it, and lets the visitor in.
func (w *World) board(loop *scheduler.Loop) (gpio.Backend, error) {
	w.Board = sim.New(loop)
	w.Board.Attach("SPI0.0", w.Panel)
	loop.Post(func() { loop.Go("visit", visitor(w.Board), scheduler.Owner("visitor")) })
	return w.Board, nil
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
