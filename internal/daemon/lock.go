package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

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
