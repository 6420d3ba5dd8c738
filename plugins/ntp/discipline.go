package ntp

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"ptvd/plugins"
)

const (
	// maxSlew is the most that is slewed; more is stepped. The kernel's phase-locked
	// loop takes half a second.
	maxSlew = 400 * time.Millisecond

	// maxStep is the panic threshold of ntpd. It does not apply to the first step
	// after the start. A clock that was correct and is now further off was set by
	// somebody.
	maxStep = 1000 * time.Second
)

// adjustSystem sets the system clock in mode discipline, and reports its state.
func (c *client) adjustSystem(t *plugins.Task) error {
	offset := c.env.TimeSource.Offset()
	if c.cfg.Mode == measure {
		c.checkSystem(offset)
		c.env.Health.OK()
		return nil
	}
	if c.adjusted && offset.Abs() > maxStep {
		c.env.Health.Degraded("system clock off by more than %v; such an offset is corrected only once after a start: restart ptvd to set the clock", maxStep)
		return nil
	}
	if err := c.checkMaySet(t); err != nil {
		return err
	}
	setter, _ := c.env.TimeSource.Setter()
	slew := offset.Abs() < maxSlew
	err := plugins.Do(t, func() error {
		if slew {
			return setter.Slew(offset, c.cfg.Every)
		}
		return setter.Step(offset)
	})
	if err != nil {
		return err
	}
	if !slew {
		c.env.Log.Warn("system clock stepped", "by", offset.Round(time.Millisecond))
	}
	c.adjusted = true
	c.env.Health.OK()
	return nil
}

// checkMaySet returns nil if this process may set the system clock and no other daemon
// sets it.
func (c *client) checkMaySet(t *plugins.Task) error {
	setter, ok := c.env.TimeSource.Setter()
	if !ok {
		return errors.New("mode discipline: setting the system clock is not supported on this system; write mode: measure")
	}
	err := plugins.Do(t, func() error {
		if daemon := runningTimeDaemon(c.root); daemon != "" {
			return fmt.Errorf("%s already sets the system clock; stop it", daemon)
		}
		return setter.MaySet()
	})
	if err == nil || errors.Is(err, plugins.ErrCancelled) {
		return err
	}
	return fmt.Errorf("mode discipline: %w, or write mode: measure", err)
}

// The time daemons that set the clock of a Linux system: the names of their systemd
// services, and of their processes, which the kernel truncates to 15 bytes.
var (
	timeServices = []string{
		"systemd-timesyncd", "chrony", "chronyd", "ntp", "ntpd", "ntpsec", "openntpd", "phc2sys",
	}
	timeProcesses = map[string]string{
		"systemd-timesyn": "systemd-timesyncd",
		"chronyd":         "chrony",
		"ntpd":            "ntpd",
		"phc2sys":         "phc2sys",
	}
)

// runningTimeDaemon returns the time daemon that runs on the system with this root
// directory; empty if none does.
//
// systemd's control groups come first, since a hardened unit does not see the processes
// of others. The kernel's synchronized flag does not help: it stays set for hours after
// the daemon has ended, even if that was ptvd.
func runningTimeDaemon(root fs.FS) string {
	for _, name := range timeServices {
		if _, err := fs.Stat(root, "sys/fs/cgroup/system.slice/"+name+".service"); err == nil {
			return name
		}
	}
	processes, _ := fs.Glob(root, "proc/[0-9]*/comm") // the pattern is valid
	for _, path := range processes {
		comm, _ := fs.ReadFile(root, path) // fails if the process has just ended
		if name, ok := timeProcesses[strings.TrimSpace(string(comm))]; ok {
			return name
		}
	}
	return ""
}
