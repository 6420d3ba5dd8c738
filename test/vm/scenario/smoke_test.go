//go:build vm

package scenario

import (
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
)

func TestServiceRunsAsItsUserAndLeavesThePanelDark(t *testing.T) {
	g := begin(t)
	g.configure(g.uptv())
	g.start()
	if user := strings.TrimSpace(g.run("ps", "-o", "user=", "-p", g.show("MainPID"))); user != "ptvd" {
		t.Errorf("the daemon runs as %s", user)
	}
	panel := sim.NewPanel(4)
	g.panel(panel, 20*time.Second, func() bool { return panel.On() })

	g.stop()
	g.panel(panel, time.Second, func() bool { return !panel.On() })
	if lines := g.run("gpioinfo"); strings.Contains(lines, "[used]") || strings.Contains(lines, "ptvd") {
		t.Errorf("lines in use after the stop:\n%s", lines)
	}
}
