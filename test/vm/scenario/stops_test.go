//go:build vm

package scenario

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ptvd/internal/fakeserver/motisserver"
)

func TestAStopIsFoundWithThePackageAsInstalledAndWhatIsPrintedRuns(t *testing.T) {
	g := begin(t)
	tree := filepath.Join(g.TempDir(), "tree")
	g.run("dpkg-deb", "--raw-extract", packageFile, tree)
	g.write(configuration, g.read(filepath.Join(tree, configuration)), 0o640)
	world := httptest.NewServer(motisserver.Beside(g.PTV, time.Now))
	t.Cleanup(world.Close)

	var found string
	for _, as := range []string{"root", "nobody"} { // nobody may not read the configuration
		found = g.run("runuser", "-u", as, "--", "ptvd", "stops", "haughton", "--source", "motis", "--base-url", world.URL)
		for _, want := range []string{"# Huntingdale Station/Haughton Rd, Oakleigh: BUS\n", "plugin: motis\n", `stop: "au-vic_19099"` + "\n"} {
			if !strings.Contains(found, want) {
				t.Errorf("as %s: %s\nwant %s", as, found, want)
			}
		}
	}

	g.configure("http: {listen: 127.0.0.1:8337}\ntimezone: Australia/Melbourne\nplugins:\n" + found +
		"  clock: {plugin: ntp, servers: ['" + g.ntpAddress + "']}\n" +
		"  panel: {plugin: display, device: {max7219: {spi: SPI0.0, width: 32}}, pages: [{minutes: departures}]}\n")
	g.run("ptvd", "check")
	g.start()
	g.eventually("the stop's departures on the page", 20*time.Second, func() bool {
		reply, err := http.Get("http://127.0.0.1:8337/api/state")
		if err != nil {
			return false
		}
		defer reply.Body.Close()
		state, _ := io.ReadAll(reply.Body)
		return strings.Contains(string(state), `"headsign":"Monash University/Wellington Rd"`) && strings.Contains(string(state), `"attribution":"Data: `+world.URL+`"`)
	})
}
