//go:build vm

package scenario

import (
	"bytes"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ptvd/test/vm/wires"
)

// withLamp is uptv.yaml with a lamp and its encoder.
func withLamp(g *guest, changes ...string) string {
	return g.uptv(append([]string{"on_press: panel.next", "on_press: panel.next\n\n  " + lampAt}, changes...)...)
}

// hardwareCheck is a running "ptvd check --hardware".
type hardwareCheck struct {
	*guest
	cmd *exec.Cmd
	mu  sync.Mutex
	out bytes.Buffer
}

// startCheck starts a check as a user.
func startCheck(g *guest, name string, args ...string) *hardwareCheck {
	g.T.Helper()
	l := &hardwareCheck{guest: g, cmd: exec.Command("ptvd", append([]string{"check", "--hardware"}, args...)...)}
	l.cmd.Stdout, l.cmd.Stderr = l, l
	l.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential(g.T, name), Pdeathsig: syscall.SIGKILL}
	if err := l.cmd.Start(); err != nil {
		g.T.Fatal(err)
	}
	g.Cleanup(func() { // a process that holds lines would break the next test
		_ = l.cmd.Process.Kill()
		_ = l.cmd.Wait()
		if g.Failed() {
			g.Logf("output of the check:\n%s", l.text())
		}
	})
	return l
}

func credential(t testing.TB, name string) *syscall.Credential {
	t.Helper()
	who, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := who.GroupIds()
	if err != nil {
		t.Fatal(err)
	}
	number := func(id string) uint32 {
		n, err := strconv.ParseUint(id, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		return uint32(n)
	}
	c := &syscall.Credential{Uid: number(who.Uid), Gid: number(who.Gid)}
	for _, id := range groups {
		c.Groups = append(c.Groups, number(id))
	}
	return c
}

// Write collects the output of the check.
func (l *hardwareCheck) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

func (l *hardwareCheck) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.String()
}

// says waits until all texts were printed, in any order.
func (l *hardwareCheck) says(words ...string) {
	l.T.Helper()
	for _, w := range words {
		l.eventually("output has "+strconv.Quote(w), 30*time.Second, func() bool { return strings.Contains(l.text(), w) })
	}
}

// does plays a script.
func (l *hardwareCheck) does(s wires.Script) {
	l.T.Helper()
	if err := l.Wires.Play(s); err != nil {
		l.T.Fatal(err)
	}
}

// ends presses Ctrl-C if the check still runs, and compares its exit status.
func (l *hardwareCheck) ends(status int) {
	l.T.Helper()
	_ = l.cmd.Process.Signal(syscall.SIGINT) // it may have ended
	_ = l.cmd.Wait()
	if got := l.cmd.ProcessState.ExitCode(); got != status {
		l.T.Errorf("exit status %d, want %d:\n%s", got, status, l.text())
	}
}
