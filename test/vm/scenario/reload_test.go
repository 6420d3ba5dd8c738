//go:build vm

package scenario

import (
	"strings"
	"testing"
	"time"

	"ptvd/test/vm/wires"
)

// A reload restarts the instances whose configuration changed, and no others.
func TestReloadRestartsOnlyChangedInstances(t *testing.T) {
	g := begin(t)
	g.configure(g.uptv())
	g.start()
	g.waitForLog("clock: clock synchronized")
	pid, requests := g.pid(), g.NTP.Requests()

	g.configure(g.uptv("every: 30s", "every: 20s"))
	if err := g.reload(); err != nil {
		t.Fatalf("systemctl reload: %v", err)
	}
	g.waitForLog("trains: started with the new configuration")
	if g.pid() != pid || g.show("ActiveState") != "active" {
		t.Errorf("the process was %d and is %d, and the service is %s", pid, g.pid(), g.show("ActiveState"))
	}
	if now := g.NTP.Requests(); now != requests {
		t.Errorf("%d NTP requests, and %d before the reload", now, requests)
	}
}

// A reload of a file with errors fails and reports their positions. The daemon's own
// answer decides: a drop-in may name another file than the default one.
func TestReloadOfAnInvalidFileChangesNothing(t *testing.T) {
	g := begin(t)
	g.configure(g.uptv())
	g.start()
	pid := g.pid()

	g.configure(g.uptv("pin: GPIO17", "pinn: GPIO17", "every: 30s", "every: 30"))
	if err := g.reload(); err == nil {
		t.Error("systemctl reload succeeded")
	}
	g.waitForLog("plugins.bell: unknown option pinn; did you mean pin?")
	g.waitForLog("plugins.trains.every: 30 has no unit; write 30s")
	if g.show("ActiveState") != "active" || g.show("ReloadResult") != "exit-code" || g.pid() != pid {
		t.Errorf("the service is %s after %s, with process %d for %d", g.show("ActiveState"), g.show("ReloadResult"), g.pid(), pid)
	}
	if strings.Contains(g.journal(), "its new configuration") {
		t.Error("an instance used the file with errors")
	}
}

// An error that only the board can detect occurs when the instance starts. The instance
// then gets its previous configuration back.
func TestReloadRollsBackAnInstanceThatDoesNotStart(t *testing.T) {
	g := begin(t)
	g.configure(g.uptv())
	g.start()
	g.configure(g.uptv("pin: GPIO17", "pin: GPIO40"))
	if err := g.reload(); err == nil {
		t.Error("systemctl reload succeeded")
	}
	g.waitForLog("bell: start failed with the new configuration; rolled back")
	g.drain()
	g.press()
	if _, err := wires.Await[wires.Message](g.Wires, 10*time.Second, nil); err != nil {
		t.Errorf("the button on the old pin does not work: %v", err)
	}

	// A change that needs a restart is reported as such.
	g.configure(g.uptv("timezone:", "state: /var/lib/ptvd/elsewhere\ntimezone:"))
	if err := g.reload(); err == nil {
		t.Error("systemctl reload succeeded")
	}
	g.waitForLog("config reload failed; keeping the previous configuration")
	g.waitForLog("restart the daemon")
}
