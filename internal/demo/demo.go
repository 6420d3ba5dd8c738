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
	hosts names
	state string
	stop  context.CancelFunc
	ntp   *standin.NTP
}

// NewWorld starts the stand-ins. Close it in the end.
func NewWorld() (*World, error) {
	ctx, stop := context.WithCancel(context.Background())
	w := &World{Panel: sim.NewPanel(modules), stop: stop, ntp: standin.NewNTP(time.Now)}
	if err := w.start(ctx); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func (w *World) start(ctx context.Context) error {
	ptv, err := serveHTTP(ctx, standin.NewPTV(time.Now))
	if err != nil {
		return err
	}
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go w.ntp.Serve(socket)
	w.hosts = names{"ptv.test": ptv, "ntp.test": socket.LocalAddr().String()}
	w.state, err = os.MkdirTemp("", "ptvd-demo-")
	return errors.Join(err,
		os.Setenv("PTVD_DEMO_ID", standin.DemoID),
		os.Setenv("PTVD_DEMO_KEY", standin.DemoKey))
}

// Daemon returns the ordinary daemon on demo.yaml, in this world.
func (w *World) Daemon(log *slog.Logger) (*daemon.Daemon, error) {
	file, err := config.Parse("demo.yaml", configs.Demo, 0o644)
	if err != nil {
		return nil, fmt.Errorf("the demo's own configuration: %w", err)
	}
	file.StateDir = w.state
	return daemon.New(daemon.Options{
		File: file,
		Log:  log,
		Net:  daemon.Network(w.hosts.dial, nil),
		Board: func(loop *scheduler.Loop) (gpio.Backend, error) {
			board := sim.New(loop)
			board.Attach("SPI0.0", w.Panel)
			loop.Post(func() { loop.Go("visit", visitor(board), scheduler.Owner("visitor")) })
			return board, nil
		},
	}), nil
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
