// Package deb has the Debian packages' parts; "build" puts them together.
package deb

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestTheCopyrightFileNamesEveryModuleThatIsLinked(t *testing.T) {
	copyright, err := os.ReadFile("copyright")
	if err != nil {
		t.Fatal(err)
	}
	list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "ptvd/cmd/ptvd")
	list.Env = append(os.Environ(), "GOOS=linux")
	modules, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range strings.Fields(string(modules)) {
		if module != "ptvd" && !strings.Contains(string(copyright), module+"/*") {
			t.Errorf("deploy/deb/copyright lacks %s; NOTICE has to name it, too", module)
		}
	}
}
