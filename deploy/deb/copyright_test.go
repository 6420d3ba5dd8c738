// Package deb has the sources of the Debian packages, which "build" builds.
package deb

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestTheCopyrightFileNamesEveryLinkedModule(t *testing.T) {
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
	for module := range strings.FieldsSeq(string(modules)) {
		if module != "ptvd" && !strings.Contains(string(copyright), module+"/*") {
			t.Errorf("deploy/deb/copyright lacks %s; add it there and to NOTICE", module)
		}
	}
}
