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

// guest is the machine under test, from where the test stands: outside the daemon.
type guest struct {
	*testing.T
	Wires *wires.Wires
	PTV   *fakeserver.PTV
	NTP   *fakeserver.NTP

	ptvURL, ntpAddress string
	cursor             string // of the journal, where this test began
}

const (
	configuration = "/etc/ptvd/ptvd.yaml"
	credentials   = "/etc/credstore"
	state         = "/var/lib/ptvd"
	dropIns       = "/run/systemd/system/ptvd.service.d"
)

// begin returns the machine with the service stopped, nothing left of the tests
// before, and stand-ins for the network's servers.
func begin(t *testing.T) *guest {
	t.Helper()
	g := &guest{T: t}
	g.reset()
	g.cursor = g.lastOfJournal()

	var err error
	if g.Wires, err = wires.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Wires.Close() })

	g.standIn(time.Now)

	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the journal of the test:\n%s", g.journal())
		}
		g.try("systemctl", "stop", "ptvd") // the test may have taken the package away
	})
	return g
}

// standIn serves the stand-ins, which go by that clock.
func (g *guest) standIn(now func() time.Time) {
	g.PTV, g.NTP = fakeserver.NewPTV(now), fakeserver.NewNTP(now)
	server := httptest.NewServer(g.PTV)
	g.Cleanup(server.Close)
	g.ptvURL = server.URL

	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		g.Fatal(err)
	}
	g.ntpAddress = socket.LocalAddr().String()
	go g.NTP.Serve(socket) //nolint:errcheck // net.ErrClosed, at the end
	g.Cleanup(func() { g.NTP.Close() })
}

// reset stops the service, and takes away what the test before has left.
func (g *guest) reset() {
	g.Helper()
	g.run("systemctl", "stop", "ptvd")
	g.try("systemctl", "reset-failed", "ptvd") // a unit that is not loaded has nothing to reset
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

// try runs a command and returns all that it says.
func (g *guest) try(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	output, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	return string(output), err
}

// run is try for what must succeed.
func (g *guest) run(name string, args ...string) string {
	g.Helper()
	output, err := g.try(name, args...)
	if err != nil {
		g.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, output)
	}
	return output
}

// start starts the service, and returns when it says that it is ready.
func (g *guest) start() {
	g.Helper()
	g.run("systemctl", "start", "ptvd")
}

// stop stops it, and returns when it has ended.
func (g *guest) stop() {
	g.Helper()
	g.run("systemctl", "stop", "ptvd")
}

// reload is "systemctl reload"; its error says what systemctl says.
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

// pid returns the daemon's, 0 while there is none.
func (g *guest) pid() int {
	g.Helper()
	pid, err := strconv.Atoi(g.show("MainPID"))
	if err != nil {
		g.Fatal(err)
	}
	return pid
}

// eventually waits until something holds.
func (g *guest) eventually(what string, within time.Duration, holds func() bool) {
	g.Helper()
	for deadline := time.Now().Add(within); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			g.Fatalf("not within %v: %s", within, what)
		}
	}
}
