// Package deploy tests the scripts of this folder.
package deploy

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// chimeVersion is a module with a plugin, as a proxy serves it.
const chimeVersion = "example.org/chime@v1.2.3"

const chimeGo = `// Package chime does nothing.
package chime

import "ptvd/plugins"

type config struct{}

type chime struct{}

func init() {
	plugins.Register(plugins.Spec[config]{
		Name: "chime", Doc: "does nothing",
		New: func(plugins.Env, config) (plugins.Plugin, error) { return chime{}, nil },
	})
}

func (chime) Start(*plugins.Task) error { return nil }
func (chime) Stop(*plugins.Task) error  { return nil }
`

const chimeMod = "module example.org/chime\n\ngo 1.26.0\n\nrequire ptvd v0.0.0\n"

// serveChime writes the module to a folder, in the form of go help goproxy.
func serveChime(t *testing.T, proxy string) {
	t.Helper()
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for name, text := range map[string]string{"go.mod": chimeMod, "bell/bell.go": strings.ReplaceAll(chimeGo, "chime", "bell"), "chime.go": chimeGo} {
		f, err := z.Create(chimeVersion + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(proxy, "example.org/chime/@v")
	for _, err := range []error{
		z.Close(), os.MkdirAll(dir, 0o755),
		os.WriteFile(filepath.Join(dir, "list"), []byte("v1.2.3\n"), 0o644),
		os.WriteFile(filepath.Join(dir, "v1.2.3.info"), []byte(`{"Version": "v1.2.3"}`), 0o644),
		os.WriteFile(filepath.Join(dir, "v1.2.3.mod"), []byte(chimeMod), 0o644),
		os.WriteFile(filepath.Join(dir, "v1.2.3.zip"), archive.Bytes(), 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// environment returns one in which chime comes from the folder, and the modules of ptvd
// itself from the cache of the go command, which is not written to.
func environment(t *testing.T, proxy string) []string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	shared, cache := strings.TrimSpace(string(out)), t.TempDir()
	if err := os.MkdirAll(filepath.Join(cache, "cache/download"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", "cache/download"} {
		hosts, _ := filepath.Glob(filepath.Join(shared, dir, "*.*"))
		for _, host := range hosts {
			if err := os.Symlink(host, filepath.Join(cache, dir, filepath.Base(host))); err != nil {
				t.Fatal(err)
			}
		}
	}
	return append(os.Environ(),
		"GOPROXY=file://"+proxy+",file://"+shared+"/cache/download", "GONOPROXY=none", "GOPRIVATE=",
		"GONOSUMDB=*", "GOMODCACHE="+cache, "GOFLAGS=-modcacherw")
}

func TestPluginsFromAFolderAndFromAProxyAreBuiltIn(t *testing.T) {
	proxy, out := t.TempDir(), filepath.Join(t.TempDir(), "with")
	serveChime(t, proxy)
	env := environment(t, proxy)
	run := func(dir, name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Env = dir, env
		output, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, output)
		}
		return string(output)
	}
	run("..", "deploy/with", out, "./examples/blink", chimeVersion, "example.org/chime/bell@latest")
	added, err := os.ReadFile(filepath.Join(out, "added"))
	if want := "example.org/blink (local), example.org/chime v1.2.3, example.org/chime/bell v1.2.3"; err != nil || string(added) != want {
		t.Errorf("added %q (%v), want %q", added, err, want)
	}
	run(out, "go", "build", "-mod=mod", "-trimpath", "-ldflags", `-s -w -X "ptvd/internal/cli.Added=`+string(added)+`"`, "-o", "ptvd", ".")
	plugins := run(out, "./ptvd", "plugins")
	for _, want := range []string{"blink", "chime", "bell", "button", "with " + string(added)} {
		if !strings.Contains("\n"+plugins, "\n"+want) {
			t.Errorf("ptvd plugins does not print %q:\n%s", want, plugins)
		}
	}
	if version := run(out, "./ptvd", "version"); !strings.HasSuffix(version, "\nwith "+string(added)+"\n") {
		t.Errorf("ptvd version prints %q", version)
	}
}

func TestWithSaysWhatIsWrong(t *testing.T) {
	proxy := t.TempDir()
	serveChime(t, proxy)
	env, outside := environment(t, proxy), t.TempDir()
	for plugin, want := range map[string]string{
		"thermo":                      "thermo: write ./FOLDER, or MODULE@VERSION",
		"./nowhere":                   "./nowhere: no such folder",
		outside:                       outside + " is not in a module; run go mod init in it",
		"./examples/blink/cmd/blinkd": "./examples/blink/cmd/blinkd is a program; name the folder of its plugin",
		"example.org/chime@v9.9.9":    "example.org/chime@v9.9.9 cannot be fetched",
	} {
		cmd := exec.Command("deploy/with", filepath.Join(t.TempDir(), "with"), plugin)
		cmd.Dir, cmd.Env = "..", env
		output, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || !strings.Contains(string(output), "WITH: "+want) {
			t.Errorf("%s: %v, want %q:\n%s", plugin, err, want, output)
		}
	}
}
