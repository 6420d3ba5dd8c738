//go:build vm

package scenario

import (
	"fmt"
	"os"
	"os/user"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// exposure returns systemd's rating of the unit's hardening, 0 (best) to 10.
func exposure(g *guest) float64 {
	g.Helper()
	report := g.run("systemd-analyze", "security", "--no-pager", "ptvd.service")
	match := regexp.MustCompile(`Overall exposure level for ptvd\.service: ([\d.]+)`).FindStringSubmatch(report)
	if match == nil {
		g.Fatalf("no exposure level in the output of systemd-analyze:\n%s", report)
	}
	level, err := strconv.ParseFloat(match[1], 64)
	if err != nil {
		g.Fatal(err)
	}
	return level
}

// process reads /proc/PID/status of the daemon.
func process(g *guest) map[string]string {
	g.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.pid()))
	if err != nil {
		g.Fatal(err)
	}
	fields := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		fields[name] = strings.Join(strings.Fields(value), " ")
	}
	return fields
}

func checkValues(t *testing.T, fields, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if fields[name] != value {
			t.Errorf("%s is %q, want %q", name, fields[name], value)
		}
	}
}

const (
	none    = "0000000000000000"
	sysTime = "0000000002000000" // 1<<25, CAP_SYS_TIME of capability.h
)

// The daemon needs no privileges; all other scenarios run like this, too.
func TestDaemonRunsUnprivileged(t *testing.T) {
	g := begin(t)
	g.configure(g.uptv())
	g.start()
	if output := g.run("systemd-analyze", "verify", "--man=no", "ptvd.service"); output != "" {
		t.Errorf("systemd-analyze verify:\n%s", output)
	}
	if level := exposure(g); level > 1.3 {
		t.Errorf("the exposure is %.1f", level)
	}
	account, err := user.Lookup("ptvd")
	if err != nil {
		t.Fatal(err)
	}
	fields := process(g)
	ids := strings.Join([]string{account.Uid, account.Uid, account.Uid, account.Uid}, " ")
	checkValues(t, fields, map[string]string{
		"Uid": ids, "CapInh": none, "CapPrm": none, "CapEff": none, "CapBnd": none, "CapAmb": none,
		"NoNewPrivs": "1", "Seccomp": "2",
	})
	if uid, _ := strconv.Atoi(account.Uid); uid == 0 || uid >= 1000 {
		t.Errorf("ptvd has UID %s, which is not a system user's", account.Uid)
	}
	groups := map[string]bool{}
	for id := range strings.FieldsSeq(fields["Groups"]) {
		if group, err := user.LookupGroupId(id); err == nil {
			groups[group.Name] = true
		}
	}
	for _, name := range []string{"gpio", "spi"} {
		if !groups[name] {
			t.Errorf("it is not in group %s, only in %s", name, fields["Groups"])
		}
	}
}

func TestClockDropInGrantsOnlyCAP_SYS_TIME(t *testing.T) {
	g := begin(t)
	installClockDropIn(g)
	g.configure(g.uptv())
	g.start()
	if level := exposure(g); level > 2.2 {
		t.Errorf("the exposure is %.1f", level)
	}
	if output := g.run("systemd-analyze", "verify", "--man=no", "ptvd.service"); output != "" {
		t.Errorf("systemd-analyze verify:\n%s", output)
	}
	checkValues(t, process(g), map[string]string{
		"CapPrm": sysTime, "CapEff": sysTime, "CapBnd": sysTime, "CapAmb": sysTime, "NoNewPrivs": "1", "Seccomp": "2",
	})
}
