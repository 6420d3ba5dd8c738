package cli_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ptvd/internal/cli"
	"ptvd/plugins"
	_ "ptvd/plugins/all"
)

// run calls the program as from a shell.
func run(args ...string) (status int, output string) {
	var out bytes.Buffer
	status = cli.Run(args, &out, &out)
	return status, out.String()
}

func TestCheckTakesTheFileAsItsArgument(t *testing.T) {
	name := filepath.Join(t.TempDir(), "other.yaml")
	if err := os.WriteFile(name, []byte("board: sim\nplugins: {bell: {plugin: button, pim: GPIO17}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, output := run("check", name); status == 0 || !strings.Contains(output, name+":2:") || !strings.Contains(output, "did you mean pin") {
		t.Errorf("status %d:\n%s", status, output)
	}
}

func TestACompletionHasNoQuotesAroundTheArgumentsOfFlags(t *testing.T) {
	_, output := run("__complete", "check", "--config")
	if !strings.Contains(output, "--config\tread the configuration from FILE\n") || strings.Contains(output, "`") {
		t.Errorf("got %s", output)
	}
}

type panicking struct {
	Lines []string `yaml:"lines" doc:"any text"`
}

func newPanicking(plugins.Env, panicking) (plugins.Plugin, error) {
	return nil, errors.New(strings.Repeat("oh", -1))
}

func init() {
	plugins.Register(plugins.Spec[panicking]{
		Name: "panics", Doc: "cannot be made", New: newPanicking,
	})
}

func TestCheckFailsForAPluginThatPanics(t *testing.T) {
	name := filepath.Join(t.TempDir(), "ptvd.yaml")
	if err := os.WriteFile(name, []byte("board: sim\nplugins:\n  one: {plugin: panics}\n  two: {plugin: panics}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`:3:8: plugins.one: panic: strings: negative Repeat count; this is a fault of the plugin panics: ` +
		`report it to its author \(ptvd/internal/cli_test.newPanicking at \S+/programs_test.go:\d+\)\n`)
	if status, output := run("check", name); status != 78 || !want.MatchString(output) || !strings.Contains(output, "2 errors") {
		t.Errorf("status %d:\n%s", status, output)
	}
	warned := filepath.Join(t.TempDir(), "ptvd.yaml")
	if err := os.WriteFile(warned, []byte("board: sim\nplugins:\n  one:\n    plugin: panics\n    lines: 1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, arguments := range [][]string{{"check", warned}, {"check", "--strict", warned}} {
		if status, output := run(arguments...); status != 78 || !strings.Contains(output, "fault of the plugin") || !strings.Contains(output, "with a comma") {
			t.Errorf("%s with a warning as well: status %d:\n%s", arguments, status, output)
		}
	}
	if status, output := run("check", "--format", "json", name); status != 78 || !strings.Contains(output, `"ok": false`) {
		t.Errorf("status %d:\n%s", status, output)
	}
}

func TestExecManifestWritesWhatTheProgramPrints(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	for script, want := range map[string]string{
		`echo '{"doc": "does nothing"}'`: "program.json\n",
		`echo '{"doc": "does nothing"}'; mkfifo "$0.hold"; (exec 2>&-; read -r _ <"$0.hold") &`: "program.json\n", // the output stays open
		`:`:                              "invalid manifest: EOF",
		`echo '{"actions": {"Go": {}}}'`: "invalid manifest",
		`echo 'no module named smbus' >&2; exit 1`: "smbus\nptvd: " + program + " --manifest: exit status 1",
	} {
		if err := os.WriteFile(program, []byte("#!/bin/sh\n[ \"$1\" = --manifest ] || exit 2\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		status, output := run("exec-manifest", program)
		if held, err := os.OpenFile(program+".hold", os.O_WRONLY, 0); err == nil {
			_, _ = held.Close(), os.Remove(program+".hold") // which ends the process that holds it open
		}
		if !strings.Contains(output, want) || (status == 0) != strings.HasSuffix(want, "\n") {
			t.Errorf("%s: status %d: %s", script, status, output)
		}
	}
	if err := os.Chmod(program, 0o600); err != nil {
		t.Fatal(err)
	}
	if status, output := run("exec-manifest", program); status != 1 || !strings.Contains(output, "permission denied; make the program executable with chmod +x") {
		t.Errorf("a program that is not executable: status %d: %s", status, output)
	}
	for _, script := range []string{"echo {}\n", "#!/bin/sh\r\necho {}\r\n"} {
		if err := errors.Join(os.WriteFile(program, []byte(script), 0o600), os.Chmod(program, 0o700)); err != nil {
			t.Fatal(err)
		}
		if status, output := run("exec-manifest", program); status != 1 || !strings.Contains(output, "; its first line must be #!") {
			t.Errorf("%q: status %d: %s", script, status, output)
		}
	}
	if status, output := run("exec-manifest", program+"x"); status != 1 || !strings.HasSuffix(output, "no such file or directory\n") {
		t.Errorf("a program that is missing: status %d: %s", status, output)
	}
	if written, err := os.ReadFile(program + ".json"); err != nil || string(written) != `{"doc": "does nothing"}`+"\n" {
		t.Errorf("it wrote %q, %v", written, err)
	}
}
