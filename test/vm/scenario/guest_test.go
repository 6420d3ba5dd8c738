//go:build vm

package scenario

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/test/vm/wires"
)

// guest is the virtual machine as a test sees it, from outside the daemon.
type guest struct {
	*testing.T
	Wires *wires.Wires
	PTV   *fakeserver.PTV
	NTP   *fakeserver.NTP

	ptvURL, ntpAddress string
	cursor             string // of the journal, where the test began
}

const (
	configuration = "/etc/ptvd/ptvd.yaml"
	credentials   = "/etc/credstore"
	state         = "/var/lib/ptvd"
	dropIns       = "/run/systemd/system/ptvd.service.d"
)

// begin returns the machine with the service stopped, no state of earlier tests, and
// fake servers.
func begin(t *testing.T) *guest {
	t.Helper()
	g := &guest{T: t}
	g.reset()
	g.cursor = g.journalEnd()

	var err error
	if g.Wires, err = wires.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Wires.Close() })

	g.serveFakes(time.Now)

	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("journal of the test:\n%s", g.journal())
		}
		g.try("systemctl", "stop", "ptvd") // the test may have removed the package
	})
	return g
}

// serveFakes starts the fake servers with a clock.
func (g *guest) serveFakes(now func() time.Time) {
	g.PTV, g.NTP = fakeserver.NewPTV(now), fakeserver.NewNTP(now)
	server := httptest.NewServer(g.PTV)
	g.Cleanup(server.Close)
	g.ptvURL = server.URL

	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		g.Fatal(err)
	}
	g.ntpAddress = socket.LocalAddr().String()
	go g.NTP.Serve(socket)
	g.Cleanup(func() { socket.Close() })
}

// reset stops the service and removes what earlier tests left.
func (g *guest) reset() {
	g.Helper()
	g.run("systemctl", "stop", "ptvd")
	g.try("systemctl", "reset-failed", "ptvd") // fails if the unit is not loaded
	if err := os.RemoveAll(state); err != nil {
		g.Fatal(err)
	}
	if _, err := os.Stat(dropIns); err == nil {
		if err := os.RemoveAll(dropIns); err != nil {
			g.Fatal(err)
		}
		g.run("systemctl", "daemon-reload")
	}
}

// try runs a command and returns its output.
func (g *guest) try(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	output, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	return string(output), err
}

// run is like try, for a command that must succeed.
func (g *guest) run(name string, args ...string) string {
	g.Helper()
	output, err := g.try(name, args...)
	if err != nil {
		g.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, output)
	}
	return output
}

// start starts the service and waits until it is ready.
func (g *guest) start() {
	g.Helper()
	g.run("systemctl", "start", "ptvd")
}

// stop stops the service and waits until it has ended.
func (g *guest) stop() {
	g.Helper()
	g.run("systemctl", "stop", "ptvd")
}

// reload runs "systemctl reload". The error is the output of systemctl.
func (g *guest) reload() error {
	output, err := g.try("systemctl", "reload", "ptvd")
	if err != nil {
		return errors.New(output)
	}
	return nil
}

// show returns a property of the unit.
func (g *guest) show(property string) string {
	g.Helper()
	return strings.TrimSpace(g.run("systemctl", "show", "--value", "--property", property, "ptvd"))
}

// pid returns the daemon's process ID, or 0.
func (g *guest) pid() int {
	g.Helper()
	pid, err := strconv.Atoi(g.show("MainPID"))
	if err != nil {
		g.Fatal(err)
	}
	return pid
}

// pollEvery is the period at which eventually looks. Most conditions start systemctl or
// journalctl, which takes an emulated processor a tenth of a second.
const pollEvery = 250 * time.Millisecond

// eventually waits until a condition holds.
func (g *guest) eventually(what string, within time.Duration, holds func() bool) {
	g.Helper()
	for deadline := time.Now().Add(within); !holds(); time.Sleep(pollEvery) {
		if time.Now().After(deadline) {
			g.Fatalf("timeout after %v: %s", within, what)
		}
	}
}
