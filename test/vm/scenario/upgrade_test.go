//go:build vm

package scenario

import (
	"image"
	"os"
	"slices"
	"strings"
	"testing"

	"ptvd/internal/gpio/sim"
)

// firstFile is the package of version 0.1.0, the first.
const firstFile = "/out/first.deb"

// The owner of 0.1.0 edited the configuration that it installed.
func TestUpgradeFromTheFirstVersionKeepsEverythingRunning(t *testing.T) {
	if _, err := os.Stat(firstFile); err != nil {
		t.Skip("SKIPPED: the history of the checkout does not reach back to version 0.1.0")
	}
	w := newWall(t)
	t.Cleanup(func() { install(w.guest, packageFile) }) // for the tests that follow
	w.run("dpkg", "--purge", "ptvd")
	install(w.guest, firstFile)

	edited := w.read(configuration)
	for _, change := range pairs([]string{
		"board: sim", "board: periph",
		"[0.au.pool.ntp.org, 1.au.pool.ntp.org, 2.au.pool.ntp.org, 3.au.pool.ntp.org]", "['" + w.ntpAddress + "']",
		"  # trains:\n  #   plugin: ptv\n  #   every: 30s\n  #   stop: 1099\n  #   walk: 6m               # trains that leave sooner cannot be caught\n  #   id: {credential: ptv-id}\n  #   key: {credential: ptv-key}\n",
		"  trains:\n    plugin: ptv\n    every: 30s\n    stop: 1099\n    walk: 6m\n    id: {credential: ptv-id}\n    key: {credential: ptv-key}\n    base_url: " + w.ptvURL + "\n",
		`pages: [clock, {message: "ptvd: man ptvd.yaml"}]`, "pages: [{minutes: trains}, {departures: trains}, clock]",
	}) {
		if !strings.Contains(edited, change[0]) {
			t.Fatalf("the configuration of the first version does not contain %q", change[0])
		}
		edited = strings.ReplaceAll(edited, change[0], change[1])
	}
	w.configure(edited)
	w.run("systemctl", "restart", "ptvd")
	w.allOK()
	w.play(detents(+10))
	w.lampIs(0.5)
	first := w.pid()
	w.levelIsSaved(0.5)

	install(w.guest, packageFile)
	if now := w.pid(); now == first || now == 0 || w.show("ActiveState") != "active" {
		t.Errorf("the process was %d and is %d, and the service is %s", first, now, w.show("ActiveState"))
	}
	if w.read(configuration) != edited {
		t.Error("the upgrade changed the configuration")
	}
	w.allOK()
	w.until("the lamp goes off at the stop", func() bool { return w.lamp.Duty == 0 })
	w.lampIs(0.5)
	w.play(detents(-2))
	w.lampIs(0.4)
	showsMinutes := func() bool {
		seen := w.panel.Picture(sim.Arrangement{Module: &sim.ICStation}) // what the first version's options fit
		return w.panel.On() && slices.ContainsFunc(minutesPages(), func(page *image.Gray) bool { return slices.Equal(seen.Pix, page.Pix) })
	}
	w.until("the minutes", showsMinutes)
	w.press()
	w.until("another page", func() bool { return w.panel.On() && !showsMinutes() })
	if output := w.run("ptvd", "check"); !strings.Contains(output, "ok (") {
		t.Errorf("ptvd check says\n%s", output)
	}
	if err := w.reload(); err != nil {
		t.Errorf("reload: %v", err)
	}
}
