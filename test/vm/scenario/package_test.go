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

// install is like a non-interactive "apt install ./FILE", but does not wait for the
// disk, to save time.
func install(g *guest, file string) {
	g.Helper()
	g.run("dpkg", "--force-confdef", "--force-downgrade", "--force-unsafe-io", "--install", file)
}

const newerLine = "# of the newer package\n"

// nextVersion returns a package of the next version, whose configuration has one more line.
func nextVersion(g *guest) string {
	g.Helper()
	folder := g.TempDir()
	tree, next := filepath.Join(folder, "tree"), filepath.Join(folder, "next.deb")
	g.run("dpkg-deb", "--raw-extract", packageFile, tree)
	control, start := filepath.Join(tree, "DEBIAN/control"), filepath.Join(tree, configuration)
	g.write(control, version.ReplaceAllString(g.read(control), "$0.1"), 0o644)
	g.write(start, g.read(start)+newerLine, 0o644)
	g.run("dpkg-deb", "-Znone", "--build", tree, next)
	return next
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

// is checks a property of the unit.
func (g *guest) is(when, property, want string) {
	g.Helper()
	if got := g.show(property); got != want {
		g.Errorf("%s: %s is %q, want %q", when, property, got, want)
	}
}

// free checks that no line of the real board is in use.
func (g *guest) free(when string) {
	g.Helper()
	if lines := g.run("gpioinfo"); strings.Contains(lines, "[used]") {
		g.Errorf("%s:\n%s", when, lines)
	}
}

// All steps are in one test, because each takes long on an emulated processor.
func TestPackageFromInstallToPurge(t *testing.T) {
	g := begin(t)
	t.Cleanup(func() { install(g, packageFile) }) // for the tests that follow
	g.run("dpkg", "--purge", "ptvd")

	when := "after the first install, on the simulated board"
	install(g, packageFile)
	g.is(when, "ActiveState", "active")
	g.is(when, "UnitFileState", "enabled")
	g.free(when)
	if output := g.run("runuser", "-u", "ptvd", "--", "ptvd", "check"); !strings.Contains(output, "ok") {
		t.Errorf("%s: ptvd check prints %q", when, output)
	}
	if page, err := http.Get("http://127.0.0.1:8337/"); err != nil || page.StatusCode != http.StatusOK {
		t.Errorf("%s: the page returns %v, %v", when, page, err)
	}
	number := g.run("dpkg-query", "--show", "--showformat=${Version}", "ptvd")
	if output := g.run("ptvd", "version"); !strings.HasPrefix(output, "ptvd "+strings.TrimSuffix(number, "-1")+" ") {
		t.Errorf("%s: ptvd version of %s prints %q", when, number, output)
	}

	when = "an upgrade replaces an unchanged configuration"
	next := nextVersion(g)
	install(g, next)
	g.is(when, "ActiveState", "active")
	if !strings.HasSuffix(g.read(configuration), newerLine) {
		t.Errorf("%s: it is still the old configuration", when)
	}

	when = "an upgrade keeps an edited configuration, and restarts the daemon"
	edited := g.uptv()
	g.configure(edited)
	g.run("systemctl", "restart", "ptvd")
	before := g.pid()
	install(g, packageFile)
	g.is(when, "ActiveState", "active")
	if after := g.pid(); after == before || after == 0 {
		t.Errorf("%s: the process was %d and is %d", when, before, after)
	}
	if g.read(configuration) != edited || g.read(configuration+".dpkg-dist") == edited {
		t.Errorf("%s: the configuration changed", when)
	}

	when = "an upgrade keeps the service disabled"
	g.run("systemctl", "disable", "--now", "ptvd")
	install(g, next)
	g.is(when, "UnitFileState", "disabled")
	g.is(when, "ActiveState", "inactive")
	g.run("systemctl", "enable", "ptvd")

	when = "without a configuration the service is enabled but does not start"
	if err := os.Remove(configuration); err != nil {
		t.Fatal(err)
	}
	install(g, packageFile)
	g.is(when, "UnitFileState", "enabled")
	g.is(when, "ActiveState", "inactive")
	g.is(when, "ConditionResult", "no")

	when = "after remove, configuration and state remain, and no daemon runs"
	g.configure(edited)
	g.start()
	remembered := filepath.Join(state, "remembered")
	g.write(remembered, "", 0o600)
	g.run("dpkg", "--remove", "ptvd")
	if pid, err := g.try("pidof", "ptvd"); err == nil {
		t.Errorf("%s: it runs as process %s", when, pid)
	}
	g.free(when)
	if g.read(configuration) != edited || g.read(remembered) != "" {
		t.Errorf("%s: they changed", when)
	}

	when = "after purge, only the user and the administrator's secrets remain"
	g.run("dpkg", "--purge", "ptvd")
	g.run("dpkg", "--purge", "ptvd") // a second purge must not fail
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

// Raspberry Pi OS has the groups already, Debian does not.
func TestExistingGroupKeepsItsID(t *testing.T) {
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
	g.allOK()
}

func TestEncryptedCredential(t *testing.T) {
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
	g.allOK()
}
