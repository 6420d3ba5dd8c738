//go:build vm

package scenario

import (
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// install is "apt install ./FILE" where nobody answers questions. It does not wait
// for the disk, which only costs time here.
func install(g *guest, file string) {
	g.Helper()
	g.run("dpkg", "--force-confdef", "--force-downgrade", "--force-unsafe-io", "--install", file)
}

const newerLine = "# of the newer package\n"

// repacked returns the package under test once more, without the compression that
// costs an emulated processor five seconds each time; and one of the next version,
// whose configuration has another line at its end.
func repacked(g *guest) (same, next string) {
	g.Helper()
	folder := g.TempDir()
	tree, same, next := filepath.Join(folder, "tree"), filepath.Join(folder, "same.deb"), filepath.Join(folder, "next.deb")
	g.run("dpkg-deb", "--raw-extract", packageFile, tree)
	g.run("dpkg-deb", "-Znone", "--build", tree, same)
	control, start := filepath.Join(tree, "DEBIAN/control"), filepath.Join(tree, configuration)
	g.write(control, version.ReplaceAllString(g.read(control), "$0.1"), 0o644)
	g.write(start, g.read(start)+newerLine, 0o644)
	g.run("dpkg-deb", "-Znone", "--build", tree, next)
	return same, next
}

var version = regexp.MustCompile(`(?m)^Version: .*`)

func (g *guest) read(path string) string {
	g.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		g.Fatal(err)
	}
	return string(text)
}

// is wants a property of the unit to have a value.
func (g *guest) is(when, property, want string) {
	g.Helper()
	if got := g.show(property); got != want {
		g.Errorf("%s: %s is %q, want %q", when, property, got, want)
	}
}

// free wants that nobody has a line of the real board.
func (g *guest) free(when string) {
	g.Helper()
	if lines := g.run("gpioinfo"); strings.Contains(lines, "[used]") {
		g.Errorf("%s:\n%s", when, lines)
	}
}

// One life of the package, for each step takes its time on an emulated processor.
func TestThePackageFromItsInstallationToItsPurge(t *testing.T) {
	g := begin(t)
	t.Cleanup(func() { install(g, packageFile) }) // for the tests that follow
	g.run("dpkg", "--purge", "ptvd")

	when := "fresh, it runs on the simulated board"
	install(g, packageFile)
	g.is(when, "ActiveState", "active")
	g.is(when, "UnitFileState", "enabled")
	g.free(when)
	if said := g.run("runuser", "-u", "ptvd", "--", "ptvd", "check"); !strings.Contains(said, "ok") {
		t.Errorf("%s: ptvd check says %q", when, said)
	}
	if page, err := http.Get("http://127.0.0.1:8337/"); err != nil || page.StatusCode != http.StatusOK {
		t.Errorf("%s: the page answers %v, %v", when, page, err)
	}
	number := g.run("dpkg-query", "--show", "--showformat=${Version}", "ptvd")
	if said := g.run("ptvd", "version"); !strings.HasPrefix(said, "ptvd "+strings.TrimSuffix(number, "-1")+" ") {
		t.Errorf("%s: version %s says %q", when, number, said)
	}

	when = "an upgrade brings the new start where nobody edited the old"
	same, next := repacked(g)
	install(g, next)
	g.is(when, "ActiveState", "active")
	if !strings.HasSuffix(g.read(configuration), newerLine) {
		t.Errorf("%s: it is still the old one", when)
	}

	when = "it leaves a configuration that was edited, and restarts the daemon"
	mine := g.uptv()
	g.configure(mine)
	g.run("systemctl", "restart", "ptvd")
	before := g.pid()
	install(g, same)
	g.is(when, "ActiveState", "active")
	if after := g.pid(); after == before || after == 0 {
		t.Errorf("%s: the process was %d and is %d", when, before, after)
	}
	if g.read(configuration) != mine || g.read(configuration+".dpkg-dist") == mine {
		t.Errorf("%s: the configuration is another", when)
	}

	when = "it leaves a disabled service alone"
	g.run("systemctl", "disable", "--now", "ptvd")
	install(g, next)
	g.is(when, "UnitFileState", "disabled")
	g.is(when, "ActiveState", "inactive")
	g.run("systemctl", "enable", "ptvd")

	when = "without a configuration the service is enabled, and waits"
	if err := os.Remove(configuration); err != nil {
		t.Fatal(err)
	}
	install(g, same)
	g.is(when, "UnitFileState", "enabled")
	g.is(when, "ActiveState", "inactive")
	g.is(when, "ConditionResult", "no")

	when = "removed, it leaves configuration and state, and no daemon"
	g.configure(mine)
	g.start()
	remembered := filepath.Join(state, "remembered")
	g.write(remembered, "", 0o600)
	g.run("dpkg", "--remove", "ptvd")
	if said, err := g.try("pidof", "ptvd"); err == nil {
		t.Errorf("%s: it runs, as %s", when, said)
	}
	g.free(when)
	if g.read(configuration) != mine || g.read(remembered) != "" {
		t.Errorf("%s: they are others", when)
	}

	when = "purged, it leaves nothing but the user and the administrator's secrets"
	g.run("dpkg", "--purge", "ptvd")
	g.run("dpkg", "--purge", "ptvd") // once more, of what is not there
	left := g.run("find", "/etc", "/usr", "/var/lib", "-xdev", "-name", "*ptvd*", "-not", "-path", hogProgram)
	if left != "" {
		t.Errorf("%s:\n%s", when, left)
	}
	if _, err := os.Stat(filepath.Join(credentials, "ptv-key")); err != nil {
		t.Errorf("%s: %v", when, err)
	}
	if _, err := user.Lookup("ptvd"); err != nil {
		t.Errorf("%s: %v", when, err)
	}
}

// Raspberry Pi OS has the groups, Debian does not.
func TestAGroupThatTheSystemHasKeepsItsNumber(t *testing.T) {
	g := begin(t)
	g.run("dpkg", "--purge", "ptvd")
	g.run("userdel", "ptvd")
	for _, group := range []string{"gpio", "spi"} {
		g.run("groupdel", group)
	}
	g.run("groupadd", "--gid", "4242", "gpio")
	install(g, packageFile)

	if group, err := user.LookupGroup("gpio"); err != nil || group.Gid != "4242" {
		t.Errorf("the group gpio is %+v, %v", group, err)
	}
	g.run("udevadm", "settle")
	g.configure(g.uptv())
	g.run("systemctl", "restart", "ptvd")
	g.allWell()
}

func TestASecretMayLieEncrypted(t *testing.T) {
	g := begin(t)
	g.configure(g.uptv())
	plain, sealed := filepath.Join(credentials, "ptv-key"), "/etc/credstore.encrypted/ptv-key"
	if err := os.MkdirAll(filepath.Dir(sealed), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(sealed) })
	g.run("systemd-creds", "encrypt", "--name=ptv-key", plain, sealed)
	if err := os.Remove(plain); err != nil {
		t.Fatal(err)
	}
	g.dropIn("sealed", "[Service]\nLoadCredentialEncrypted=ptv-key\n")
	g.start()
	g.allWell()
}
