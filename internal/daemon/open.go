package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/expander"
	"ptvd/internal/gpio/periph"
	"ptvd/internal/gpio/sim"
	"ptvd/plugins"
)

func (d *Daemon) openBoard() (gpio.Backend, error) {
	var board gpio.Backend = periph.Board{}
	switch {
	case d.options.Board != nil:
		var err error
		if board, err = d.options.Board(d.loop); err != nil {
			return nil, err
		}
	case d.options.File.Board == config.Simulated:
		board = sim.New(d.loop)
	default:
		lock, err := lockState(d.options.File.StateDir)
		if no, ok := errors.AsType[errNoState](err); ok {
			d.log.Warn("state directory not locked: a second ptvd would not be noticed", "err", no.error)
		} else if err != nil {
			return nil, err
		}
		d.lock = lock
	}
	return expander.Attach(board, d.claims, d.options.File.Expanders), nil
}

// SystemNetwork returns the system's network. Certificates are valid by the given clock:
// that of the system may be decades late on a board without a battery.
func SystemNetwork(now func() time.Time) plugins.Network {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	network := Network(dialer.DialContext, http.ProxyFromEnvironment)
	network.HTTP.(*http.Transport).TLSClientConfig = &tls.Config{Time: now}
	return network
}

// Network returns a network that uses a dial function and, if there is one, a proxy.
// Its HTTP transport suits a client that asks one server now and then for years: it
// keeps one idle connection, and every wait has a limit.
func Network(
	dial func(ctx context.Context, network, address string) (net.Conn, error),
	proxy func(*http.Request) (*url.URL, error),
) plugins.Network {
	return plugins.Network{Dial: dial, HTTP: &http.Transport{
		Proxy:                  proxy,
		DialContext:            dial,
		MaxConnsPerHost:        2,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  15 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}}
}

// lockState locks the state directory for the life of the returned file: SPI ports and
// PWM outputs can be opened twice, so that a second daemon would take them from the
// first. The file has the PID of its holder.
func lockState(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, errNoState{err}
	}
	name := filepath.Join(dir, ".lock") // no instance is called so
	lock, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%w; run as the user of the service: sudo -u ptvd ptvd run", err)
	case err != nil:
		return nil, errNoState{err}
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer lock.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errNoState{err}
		}
		text := make([]byte, 20)
		n, _ := lock.Read(text)
		return nil, fmt.Errorf("another ptvd is running (%s) and holds %s; stop it first", process("/proc", strings.TrimSpace(string(text[:n]))), name)
	}
	err = lock.Truncate(0)
	if err == nil {
		_, err = fmt.Fprintln(lock, os.Getpid())
	}
	if err != nil {
		return nil, errNoState{errors.Join(err, lock.Close())}
	}
	return lock, nil
}

// errNoState is why there is no lock although no other daemon holds it, such as a disk
// that is full or read-only. The daemon runs without it.
type errNoState struct{ error }

// process describes a process by its PID and the systemd unit that it belongs to.
func process(proc, pid string) string {
	cgroup, _ := os.ReadFile(filepath.Join(proc, pid, "cgroup"))
	if unit := path.Base(strings.TrimSpace(string(cgroup))); strings.HasSuffix(unit, ".service") {
		return "PID " + pid + ", " + unit
	}
	return "PID " + pid
}
