package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Under systemd the daemon has a socket in $RUNTIME_DIRECTORY. A connection to it asks
// for a reload, and is answered with its outcome: reloaded, or what went wrong.
const reloaded = "ok"

// maxAnswer, in bytes, is more than the longest list of errors in a configuration.
const maxAnswer = 1 << 20

// ControlSocket returns the path of the daemon's socket.
func ControlSocket() string {
	return filepath.Join(cmp.Or(os.Getenv("RUNTIME_DIRECTORY"), "/run/ptvd"), "control")
}

// RequestReload asks the daemon at the socket to reload its configuration, and returns
// why it did not do so.
func RequestReload(ctx context.Context, socket string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return fmt.Errorf("the service is not running, or this user may not reload it: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	answer, err := io.ReadAll(io.LimitReader(conn, maxAnswer))
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("reload did not finish: %w", ctx.Err())
	case err != nil:
		return err
	case len(answer) == 0:
		return errors.New("the daemon ended before the reload was finished")
	case string(answer) != reloaded:
		return errors.New(string(answer))
	}
	return nil
}

// serveControl answers connections, one at a time, until the returned function is
// called.
func (d *Daemon) serveControl() (stop func()) {
	if os.Getenv("RUNTIME_DIRECTORY") == "" {
		return func() {}
	}
	socket := ControlSocket()
	_ = os.Remove(socket) // of a daemon that was killed
	listener, err := net.Listen("unix", socket)
	if err != nil {
		d.log.Warn("control socket not available", "err", err)
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed
			}
			d.answer(ctx, conn)
		}
	}()
	return func() {
		cancel()
		_ = listener.Close()
	}
}

func (d *Daemon) answer(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	result := make(chan error, 1)
	d.loop.Post(func() {
		d.reloadResults = append(d.reloadResults, result)
		d.reload.Set()
	})
	select {
	case err := <-result:
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		answer := reloaded
		if err != nil {
			answer = err.Error()
		}
		_, _ = io.WriteString(conn, answer)
	case <-ctx.Done():
	}
}
