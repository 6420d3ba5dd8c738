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

// exposure is what systemd makes of the unit's hardening: 0 is a locked room, 10 the
// street.
func exposure(g *guest) float64 {
	g.Helper()
	report := g.run("systemd-analyze", "security", "--no-pager", "ptvd.service")
	match := regexp.MustCompile(`Overall exposure level for ptvd\.service: ([\d.]+)`).FindStringSubmatch(report)
	if match == nil {
		g.Fatalf("what does systemd-analyze say?\n%s", report)
	}
	level, err := strconv.ParseFloat(match[1], 64)
	if err != nil {
		g.Fatal(err)
	}
	return level
}

// process reads what the kernel says of the daemon, as /proc/PID/status has it.
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

func mustBe(t *testing.T, fields, want map[string]string) {
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

// The daemon works without any privilege: everything in this lane does.
func TestTheDaemonRunsAsNobodyInParticularWithoutAnyPrivilege(t *testing.T) {
	g := begin(t)
	g.configure(g.uptv())
	g.start()
	if said := g.run("systemd-analyze", "verify", "--man=no", "ptvd.service"); said != "" {
		t.Errorf("systemd-analyze verify says:\n%s", said)
	}
	if level := exposure(g); level > 1.6 {
		t.Errorf("the exposure is %.1f", level)
	}
	who, err := user.Lookup("ptvd")
	if err != nil {
		t.Fatal(err)
	}
	fields := process(g)
	ids := strings.Join([]string{who.Uid, who.Uid, who.Uid, who.Uid}, " ")
	mustBe(t, fields, map[string]string{
		"Uid": ids, "CapInh": none, "CapPrm": none, "CapEff": none, "CapBnd": none, "CapAmb": none,
		"NoNewPrivs": "1", "Seccomp": "2",
	})
	if number, _ := strconv.Atoi(who.Uid); number == 0 || number >= 1000 {
		t.Errorf("the user ptvd has the number %s, which is not a system user's", who.Uid)
	}
	groups := map[string]bool{}
	for _, id := range strings.Fields(fields["Groups"]) {
		if group, err := user.LookupGroupId(id); err == nil {
			groups[group.Name] = true
		}
	}
	for _, name := range []string{"gpio", "spi"} {
		if !groups[name] {
			t.Errorf("it is not in the group %s: it has %s", name, fields["Groups"])
		}
	}
}

func TestTheRightToSetTheClockIsTheOnlyOneThatTheDropInGives(t *testing.T) {
	g := begin(t)
	allowClock(g)
	g.configure(g.uptv())
	g.start()
	if level := exposure(g); level > 2.3 {
		t.Errorf("the exposure is %.1f", level)
	}
	if said := g.run("systemd-analyze", "verify", "--man=no", "ptvd.service"); said != "" {
		t.Errorf("systemd-analyze verify says:\n%s", said)
	}
	mustBe(t, process(g), map[string]string{
		"CapPrm": sysTime, "CapEff": sysTime, "CapBnd": sysTime, "CapAmb": sysTime, "NoNewPrivs": "1", "Seccomp": "2",
	})
}
