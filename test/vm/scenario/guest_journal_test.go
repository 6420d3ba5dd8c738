//go:build vm

package scenario

import (
	"encoding/json"
	"strings"
)

// lastOfJournal returns where the journal ends now.
func (g *guest) lastOfJournal() string {
	g.Helper()
	g.run("journalctl", "--sync")
	_, cursor, found := strings.Cut(g.run("journalctl", "--lines=0", "--show-cursor"), "-- cursor: ")
	if !found {
		g.Fatal("the journal tells no cursor")
	}
	return strings.TrimSpace(cursor)
}

// since selects what this test has brought about. The entry at the cursor is one of the
// journal's own or systemd's: with a match, journalctl's --after-cursor of systemd 252
// leaves out the first entry, too.
func (g *guest) since() string { return "--cursor=" + g.cursor }

// journal returns what "journalctl -u ptvd" shows of this test.
func (g *guest) journal() string {
	g.Helper()
	g.run("journalctl", "--sync")
	return g.run("journalctl", "--no-pager", "--quiet", g.since(), "--unit=ptvd")
}

// records returns the records of this test that match FIELD=VALUE, with their fields.
func (g *guest) records(match ...string) []map[string]any {
	g.Helper()
	g.run("journalctl", "--sync")
	lines := g.run("journalctl", append([]string{"--no-pager", "--quiet", "--output=json", "--all", g.since()}, match...)...)
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
