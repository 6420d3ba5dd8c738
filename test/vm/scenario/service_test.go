//go:build vm

package scenario

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/logs"
	"ptvd/test/vm/wires"
)

// priority returns the journal's priority of the records with a message ID.
func (g *guest) priority(id logs.MessageID) (all []string) {
	g.Helper()
	for _, r := range g.records("MESSAGE_ID=" + string(id)) {
		all = append(all, r["PRIORITY"].(string))
	}
	return all
}

// hasStatus waits until the status line of the unit contains some words.
func (g *guest) hasStatus(words string) {
	g.Helper()
	g.eventually("the status contains "+words, 30*time.Second, func() bool { return strings.Contains(g.show("StatusText"), words) })
}

// fails runs a command that must fail, and checks its output.
func (g *guest) fails(status int, words string, name string, args ...string) {
	g.Helper()
	output, err := g.try(name, args...)
	exit, ok := err.(*exec.ExitError)
	if !ok || exit.ExitCode() != status || !strings.Contains(output, words) {
		g.Errorf("%s %s: %v, want exit status %d and %q:\n%s", name, strings.Join(args, " "), err, status, words, output)
	}
}

func TestPageWithoutItsTokenLeavesTheRestRunning(t *testing.T) {
	g := begin(t)
	page := "http: {listen: 127.0.0.1:8337, token: {credential: ptvd-http}}\nplugins:"
	g.configure(g.uptv("plugins:", page))
	g.start()
	g.hasStatus("4/4 ok; web server: credential ptvd-http: file does not exist; write it to /etc/credstore/ptvd-http")
	if got := g.priority(logs.PageDisabled); len(got) != 1 || got[0] != "3" {
		t.Errorf("the records have the priorities %q, want one of 3", got)
	}
	panel := sim.NewPanel(chips)
	g.press()
	g.panel(panel, 10*time.Second, func() bool { return panel.On() })

	g.configure(g.uptv("plugins:", "http: {listen: 127.0.0.1:8337, token: short}\nplugins:"))
	if g.reload() == nil {
		t.Error("a token of 5 characters was accepted by a reload")
	}
	g.fails(78, "http.token", "ptvd", "check")
	if g.show("NRestarts") != "0" {
		t.Error("the service was restarted")
	}
}

func TestSecondDaemonTakesNothingFromTheService(t *testing.T) {
	g := begin(t)
	g.configure(withLamp(g))
	g.start()
	g.allOK()
	g.drain()
	holder := "another ptvd is running (PID " + strconv.Itoa(g.pid()) + ", ptvd.service)"
	g.fails(1, holder, "runuser", "-u", "ptvd", "--", "ptvd", "run")
	g.fails(1, holder, "ptvd", "run")
	for _, e := range g.drain() {
		if _, isPWM := e.(wires.PWM); isPWM {
			t.Errorf("the lamp was set: %+v", e)
		}
	}
	g.play(detents(+1))
	if _, err := wires.Await(g.Wires, 5*time.Second, func(p wires.PWM) bool { return p.Duty > 0 }); err != nil {
		t.Errorf("the lamp of the service: %v", err)
	}
}

func (g *guest) play(s wires.Script) {
	g.Helper()
	if err := g.Wires.Play(s); err != nil {
		g.Fatal(err)
	}
}

func TestFileThatOnlyRootCanReadIsNoticedByCheck(t *testing.T) {
	g := begin(t)
	g.configure(g.uptv("id: {credential: ptv-id}", "id: '"+fakeserver.DemoID+"'"))
	own := func(owner, mode string) {
		g.run("chown", owner, configuration)
		g.run("chmod", mode, configuration)
	}
	t.Cleanup(func() { own("root:root", "644") })
	own("root:root", "600")
	if output := g.run("ptvd", "check"); !strings.Contains(output, "warning: the service cannot read this file, since it runs as the user ptvd; run chgrp ptvd and chmod 640 on it") {
		t.Errorf("ptvd check of root says\n%s", output)
	}
	g.try("systemctl", "start", "ptvd")
	g.eventually("the service has failed", 20*time.Second, func() bool { return g.show("ExecMainStatus") == "78" })

	own("root:ptvd", "640")
	if output := g.run("ptvd", "check"); strings.Contains(output, "chgrp") {
		t.Errorf("ptvd check of root still says\n%s", output)
	}
	g.start()
	g.allOK()
}

func TestMissingCredentialsAreNamedWithTheFileToWrite(t *testing.T) {
	g := begin(t)
	g.configure(g.uptv())
	for _, name := range []string{"ptv-id", "ptv-key"} {
		if err := os.Remove(filepath.Join(credentials, name)); err != nil {
			t.Fatal(err)
		}
	}
	output := g.run("ptvd", "check") // root's: others may not look into that directory
	if !strings.Contains(output, "write it to /etc/credstore/ptv-id") || !strings.Contains(output, "write it to /etc/credstore/ptv-key") {
		t.Errorf("ptvd check says\n%s", output)
	}
	g.start()
	g.hasStatus("trains: ")
	g.hasStatus("/etc/credstore/ptv-id")
	g.configure(g.uptv())
	g.run("systemctl", "restart", "ptvd")
	g.allOK()
	g.run("ptvd", "check", "--online") // with the credentials of the service, as root
}

func TestReasonOfAFailedStartIsAnErrorInTheJournal(t *testing.T) {
	g := begin(t)
	g.configure(g.uptv("pin: GPIO17", "pinn: GPIO17"))
	g.try("systemctl", "start", "ptvd")
	g.eventually("it has failed for good", 20*time.Second, func() bool { return g.show("ActiveState") == "failed" })
	g.is("after a wrong configuration", "ExecMainStatus", "78")
	g.is("after a wrong configuration", "NRestarts", "0")
	if got := g.priority(logs.StartFailed); len(got) != 1 || got[0] != "3" {
		t.Errorf("the records have the priorities %q, want one of 3", got)
	}
	g.run("journalctl", "--sync")
	if seen := g.run("journalctl", "--no-pager", "--quiet", g.sinceStart(), "-u", "ptvd", "-p", "warning"); !strings.Contains(seen, "unknown option pinn; did you mean pin?") {
		t.Errorf("journalctl -u ptvd -p warning shows\n%s", seen)
	}
}

// The daemon knows which file it was started with.
func TestReloadReadsTheFileOfTheDropIn(t *testing.T) {
	g := begin(t)
	const other = "/etc/ptvd/other.yaml"
	g.configure(g.uptv())
	g.write(other, g.uptv(), 0o644)
	t.Cleanup(func() { os.Remove(other) })
	g.dropIn("other", "[Service]\nExecStart=\nExecStart=/usr/bin/ptvd run --config "+other+"\n")
	g.start()

	g.configure("plugins: [")
	if err := g.reload(); err != nil {
		t.Errorf("the reload reads the default file: %v", err)
	}
	g.waitForLog("configuration reloaded changed=nothing")
	g.write(other, g.uptv("pin: GPIO17", "pinn: GPIO17"), 0o644)
	if g.reload() == nil {
		t.Error("a reload of a wrong file succeeded")
	}
	g.waitForLog("unknown option pinn")
}
