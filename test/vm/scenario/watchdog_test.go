//go:build vm

package scenario

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/logs"
)

// While a plugin blocks the loop, the failing line is logged, and then systemd restarts
// the daemon.
func TestBlockedLoopIsReportedAndRestarted(t *testing.T) {
	g := begin(t)
	g.hog()
	g.dropIn("watchdog", "[Service]\nWatchdogSec=4\nRestartSec=100ms\n")
	g.configure(g.uptv("on_press: panel.next", "on_press: hog.block\n\n  hog:\n    plugin: hog"))
	g.start()
	pid := g.pid()

	g.press()
	g.drain() // later events are from the restarted daemon
	g.eventually("systemd has restarted it", 30*time.Second, func() bool {
		return g.show("NRestarts") == "1" && g.show("ActiveState") == "active"
	})
	g.waitForLog("Watchdog timeout (limit 4s)!")
	g.waitForLog("Failed with result 'watchdog'.")
	g.waitForLog("hog: aborted by SIGABRT")
	if strings.Contains(g.journal(), "SIGQUIT") || strings.Count(g.journal(), "goroutine ") > 0 {
		t.Error("the stacks of all goroutines were printed")
	}
	if now := g.pid(); now == pid {
		t.Errorf("it is still process %d", now)
	}

	line := lineOf(t, "../hog/hog.go", "time.Sleep(h.cfg.For)")
	records := g.records("MESSAGE_ID=" + string(logs.LoopBlocked))
	if len(records) == 0 {
		t.Fatal("no record with the message id of a blocked loop")
	}
	at, stack := fmt.Sprint(records[0]["PTVD_AT"]), fmt.Sprint(records[0]["PTVD_STACK"])
	if want := fmt.Sprintf("hog.(*hog).block (hog.go:%d)", line); at != want {
		t.Errorf("the failing line is %q, want %q", at, want)
	}
	if want := fmt.Sprintf("test/vm/hog/hog.go:%d", line); !strings.Contains(stack, want) {
		t.Errorf("the stack does not contain %q:\n%s", want, stack)
	}
	g.waitForLog(fmt.Sprintf(`at="hog.(*hog).block (hog.go:%d)"`, line))

	panel := sim.NewPanel(4)
	g.panel(panel, 10*time.Second, func() bool { return panel.On() })
}

// lineOf returns the number of the line in a file that contains some words.
func lineOf(t *testing.T, file, words string) int {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(text), words)
	if !found {
		t.Fatalf("%s does not contain %q", file, words)
	}
	return strings.Count(before, "\n") + 1
}
