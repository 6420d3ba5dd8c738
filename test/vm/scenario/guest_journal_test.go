//go:build vm

package scenario

import (
	"encoding/json"
	"strings"
)

// journalEnd returns the cursor of the last entry.
func (g *guest) journalEnd() string {
	g.Helper()
	g.run("journalctl", "--sync")
	_, cursor, found := strings.Cut(g.run("journalctl", "--lines=0", "--show-cursor"), "-- cursor: ")
	if !found {
		g.Fatal("journalctl shows no cursor")
	}
	return strings.TrimSpace(cursor)
}

// sinceStart selects the entries since the test began. It includes the entry at the
// cursor, which is from systemd: with a match, --after-cursor of systemd 252 omits the
// entry after it too.
func (g *guest) sinceStart() string { return "--cursor=" + g.cursor }

// journal returns the output of "journalctl -u ptvd" since the test began.
func (g *guest) journal() string {
	g.Helper()
	g.run("journalctl", "--sync")
	return g.run("journalctl", "--no-pager", "--quiet", g.sinceStart(), "--unit=ptvd")
}

// records returns the entries since the test began that match FIELD=VALUE, with their
// fields.
func (g *guest) records(match ...string) []map[string]any {
	g.Helper()
	g.run("journalctl", "--sync")
	lines := g.run("journalctl", append([]string{"--no-pager", "--quiet", "--output=json", "--all", g.sinceStart()}, match...)...)
	var all []map[string]any
	for decoder := json.NewDecoder(strings.NewReader(lines)); decoder.More(); {
		var record map[string]any
		if err := decoder.Decode(&record); err != nil {
			g.Fatal(err)
		}
		all = append(all, record)
	}
	return all
}
