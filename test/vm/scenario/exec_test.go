//go:build vm

package scenario

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"ptvd/plugins/exec"
)

// greedy tells its priority, and then takes more memory than the unit has.
const greedy = `#!/bin/sh
read -r config
echo '{"hello": {"manifest": "%s"}}'
echo '{"log": {"level": "info", "text": "niceness '$(nice)', score '$(cat /proc/self/oom_score_adj)', '$(cat /proc/self/autogroup)'"}}'
head -c 400000000 /dev/zero | tail >/dev/null
echo '{"log": {"level": "info", "text": "it is over"}}'
cat
`

func TestAProgramThatTakesTooMuchMemoryIsKilledAndTheServiceRunsOn(t *testing.T) {
	g := begin(t)
	manifest := `{"doc": "takes memory"}`
	m, err := exec.ParseManifest([]byte(manifest))
	if err != nil {
		t.Fatal(err)
	}
	program := "/usr/local/lib/ptvd/greedy"
	g.Cleanup(func() { g.run("rm", "-r", "/usr/local/lib/ptvd") })
	g.write(program, fmt.Sprintf(greedy, m.Digest), 0o755)
	g.write(program+".json", manifest, 0o644)
	g.configure(g.uptv("  bell:\n", "  greedy: {plugin: exec, program: "+program+"}\n\n  bell:\n"))
	g.start()
	pid := g.pid()
	g.waitForLog("niceness -10, score 500, /autogroup-")
	own := strings.TrimSpace(g.read(fmt.Sprintf("/proc/%d/autogroup", pid)))
	if log := g.journal(); strings.Contains(log, own) || !regexp.MustCompile(`/autogroup-\d+ nice 0`).MatchString(log) {
		t.Errorf("the program is not in a group of its own of ordinary niceness: the daemon is in %s\n%s", own, log)
	}
	g.eventually("the kernel has killed it", time.Minute, func() bool { return strings.Contains(g.journal(), "it is over") })
	if now := g.pid(); now != pid || g.show("ActiveState") != "active" || g.show("NRestarts") != "0" {
		t.Errorf("the daemon was process %d and is %d, %s, restarted %s times", pid, now, g.show("ActiveState"), g.show("NRestarts"))
	}
	g.stop()
	g.dropIn("priority", "[Service]\nSystemCallFilter=setpriority\n")
	g.start()
	g.waitForLog("niceness 0, score 500")
}
