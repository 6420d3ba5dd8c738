//go:build vm

package scenario

import (
	"os"
	"path/filepath"
	"strings"

	"ptvd/internal/fakeserver"
)

// uptv returns configs/uptv.yaml with the addresses of the fake servers, and with each
// old text, which must exist, replaced by the new text after it.
func (g *guest) uptv(oldnew ...string) string {
	g.Helper()
	file, err := os.ReadFile("../../../configs/uptv.yaml")
	if err != nil {
		g.Fatal(err)
	}
	text := string(file)
	for _, pair := range pairs(append([]string{
		"[0.au.pool.ntp.org, 1.au.pool.ntp.org, 2.au.pool.ntp.org, 3.au.pool.ntp.org]", "['" + g.ntpAddress + "']",
		"    stop: 1099", "    base_url: " + g.ptvURL + "\n    stop: 1099",
		"module: fc16", "module: fc16, refresh: 1m", // the tests look at what changes
	}, oldnew...)) {
		if !strings.Contains(text, pair[0]) {
			g.Fatalf("the configuration does not contain %q:\n%s", pair[0], text)
		}
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	return text
}

func pairs(list []string) (all [][2]string) {
	for i := 0; i+1 < len(list); i += 2 {
		all = append(all, [2]string{list[i], list[i+1]})
	}
	return all
}

// configure writes the daemon's configuration, and the credentials of the fake PTV API.
func (g *guest) configure(yaml string) {
	g.Helper()
	g.write(configuration, yaml, 0o644)
	g.write(filepath.Join(credentials, "ptv-id"), fakeserver.DemoID, 0o600)
	g.write(filepath.Join(credentials, "ptv-key"), fakeserver.DemoKey, 0o600)
}

// dropIn adds a drop-in to the unit, until the end of the test.
func (g *guest) dropIn(name, text string) {
	g.Helper()
	g.write(filepath.Join(dropIns, name+".conf"), text, 0o644)
	g.run("systemctl", "daemon-reload")
}

// hog makes the unit run the daemon with the plugin hog.
func (g *guest) hog() {
	g.Helper()
	g.dropIn("hog", "[Service]\nExecStart=\nExecStart="+hogProgram+" run\n")
}

func (g *guest) write(path, text string, mode os.FileMode) {
	g.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		g.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		g.Fatal(err)
	}
}
