//go:build vm

package scenario

import (
	"strings"
	"testing"
	"time"

	"ptvd/test/vm/wires"
)

// A reload changes what has changed in the file, and nothing else notices.
func TestAReloadTakesAGoodFileAndLeavesTheOtherInstancesAlone(t *testing.T) {
	g := begin(t)
	g.configure(g.uptv())
	g.start()
	g.says("clock: clock synchronized")
	pid, asked := g.pid(), g.NTP.Requests()

	g.configure(g.uptv("every: 30s", "every: 20s"))
	if err := g.reload(); err != nil {
		t.Fatalf("systemctl reload: %v", err)
	}
	g.says("trains: started with the new configuration")
	if g.pid() != pid || g.show("ActiveState") != "active" {
		t.Errorf("the process was %d and is %d, and the service is %s", pid, g.pid(), g.show("ActiveState"))
	}
	if now := g.NTP.Requests(); now != asked {
		t.Errorf("the clock's servers were asked %d times, and before the reload %d times", now, asked)
	}
}

// A file with a fault fails the reload, and says where the fault is; the daemon does
// not even hear of it.
func TestAReloadOfABadFileFailsAndChangesNothing(t *testing.T) {
	g := begin(t)
	g.configure(g.uptv())
	g.start()
	pid := g.pid()

	g.configure(g.uptv("pin: GPIO17", "pinn: GPIO17", "every: 30s", "every: 30"))
	if err := g.reload(); err == nil {
		t.Error("systemctl reload says that all is well")
	}
	g.says("plugins.bell: unknown option pinn; did you mean pin?")
	g.says("plugins.trains.every: 30 has no unit; write 30s")
	if g.show("ActiveState") != "active" || g.show("ReloadResult") != "exit-code" || g.pid() != pid {
		t.Errorf("the service is %s after %s, with process %d for %d", g.show("ActiveState"), g.show("ReloadResult"), g.pid(), pid)
	}
	if strings.Contains(g.journal(), "its new configuration") {
		t.Error("something took the bad file")
	}
}

// What only the board can tell is wrong is found when the instance starts; it then
// gets its old configuration back.
func TestAnInstanceThatDoesNotStartWithItsNewConfigurationKeepsTheOldOne(t *testing.T) {
	g := begin(t)
	g.configure(g.uptv())
	g.start()
	g.configure(g.uptv("pin: GPIO17", "pin: GPIO40"))
	if err := g.reload(); err != nil {
		t.Fatalf("systemctl reload: %v", err)
	}
	g.says("bell: start failed with the new configuration; rolled back")
	g.drain()
	g.press()
	if _, err := wires.Await[wires.Message](g.Wires, 10*time.Second, nil); err != nil {
		t.Errorf("the button on the old pin does nothing: %v", err)
	}

	// And a change that takes a restart is said to do so.
	g.configure(g.uptv("timezone:", "state: /var/lib/ptvd/elsewhere\ntimezone:"))
	if err := g.reload(); err != nil {
		t.Fatalf("systemctl reload: %v", err)
	}
	g.says("config reload failed; keeping the previous configuration")
	g.says("restart the daemon")
}
