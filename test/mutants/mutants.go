// Mutants checks the tests: it applies small realistic faults to the code, one at a
// time, each of which must make tests fail. One that does not is a survivor: a rule that
// no test knows.
//
//	go run ./test/mutants [PATTERN]
//
// A pattern selects faults by a regular expression that matches their case, file or
// description. The exit status is 1 if there are survivors. The source files stay as
// they are: the go command reads the changed ones from elsewhere (-overlay). It takes
// about ten seconds for each fault, and a minute for one of the page, which needs Chromium.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// mutant is one fault.
type mutant struct {
	rule     string // the case whose right answer it breaks, or what it breaks
	file     string
	old, new string   // a text that the file has once, and what is put in its place
	also     []string // packages with the proof besides that of the file; the simulation proves it alone
}

func all() []mutant {
	return slices.Concat(schedulerMutants, configMutants, daemonMutants, serviceMutants, gpioMutants, inputMutants,
		displayMutants, panelMutants, departuresMutants, webMutants, pageMutants)
}

const simulation = "test/simulate"

// packages returns the packages whose tests must fail. What is no Go file is embedded by
// the package above it.
func (m mutant) packages() (all []string) {
	if slices.Contains(m.also, simulation) {
		return []string{"./" + simulation}
	}
	first := path.Dir(m.file)
	if path.Ext(m.file) != ".go" {
		first = path.Dir(first)
	}
	for _, dir := range append([]string{first}, m.also...) {
		all = append(all, "./"+dir)
	}
	return all
}

func (m mutant) String() string { return fmt.Sprintf("%s: %s: %q -> %q", m.rule, m.file, m.old, m.new) }

// overlay writes changed files to a directory, and the file for the option -overlay.
// skipped are faults in a text that another one has changed already.
func overlay(root, dir string, mutants ...mutant) (name string, skipped []mutant, err error) {
	replace := map[string]string{}
	for _, m := range mutants {
		original, err := os.ReadFile(filepath.Join(root, m.file))
		if err != nil {
			return "", nil, err
		}
		if n := strings.Count(string(original), m.old); n != 1 {
			return "", nil, fmt.Errorf("%v: the file has the text %d times, not once", m, n)
		}
		changed := filepath.Join(dir, strings.ReplaceAll(m.file, "/", "_"))
		text := original
		if replace[filepath.Join(root, m.file)] != "" {
			if text, err = os.ReadFile(changed); err != nil {
				return "", nil, err
			}
		}
		if strings.Count(string(text), m.old) != 1 {
			skipped = append(skipped, m)
			continue
		}
		replace[filepath.Join(root, m.file)] = changed
		if err := os.WriteFile(changed, []byte(strings.Replace(string(text), m.old, m.new, 1)), 0o600); err != nil {
			return "", nil, err
		}
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", nil, err
	}
	name = filepath.Join(dir, "overlay.json")
	return name, skipped, os.WriteFile(name, list, 0o600)
}

// pages are the files whose proof is the browser's tests.
const pages = "internal/web/page"

// try runs the tests with a fault. They catch it if they fail or do not end.
func try(root string, m mutant) (caught bool, err error) {
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	file, _, err := overlay(root, dir, m)
	if err != nil {
		return false, err
	}
	env := append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" -overlay="+file) // also for a go command that a test starts
	in, packages := root, m.packages()
	if path.Dir(m.file) == pages {
		program := filepath.Join(dir, "ptvd")
		build := exec.Command("go", "build", "-o", program, "./cmd/ptvd")
		build.Dir, build.Env = root, env
		if output, err := build.CombinedOutput(); err != nil {
			return false, fmt.Errorf("%v\n%s", m, output)
		}
		env = append(env, "PTVD="+program)
		in, packages = filepath.Join(root, "test/web"), []string{"-skip", "Axe|Promtool|UnknownPlugin", "."} // those need more than a browser
	}
	test := exec.Command("go", append([]string{"test", "-failfast", "-count=1", "-short", "-timeout", "5m"}, packages...)...)
	test.Dir, test.Env = in, env
	output, err := test.CombinedOutput()
	for _, broken := range []string{"[build failed]", "[setup failed]", "start Chromium"} {
		if strings.Contains(string(output), broken) {
			return false, fmt.Errorf("%v\n%s", m, output)
		}
	}
	return err != nil, nil
}

// moduleRoot returns the folder with the go.mod.
func moduleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	return filepath.Dir(strings.TrimSpace(string(out))), err
}

func run(pattern string) (survivors int, err error) {
	selected, err := regexp.Compile(pattern)
	if err != nil {
		return 0, err
	}
	root, err := moduleRoot()
	if err != nil {
		return 0, err
	}
	for _, m := range all() {
		if !selected.MatchString(m.String()) {
			continue
		}
		start := time.Now()
		caught, err := try(root, m)
		verdict := "caught  "
		switch {
		case err != nil:
			survivors, verdict = survivors+1, "INVALID "
		case !caught:
			survivors, verdict = survivors+1, "SURVIVES"
		}
		fmt.Printf("%s %4.0f s  %v\n", verdict, time.Since(start).Seconds(), m)
		if err != nil {
			fmt.Println(err)
		}
	}
	return survivors, nil
}

func main() {
	survivors, err := run(strings.Join(os.Args[1:], " "))
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	case survivors > 0:
		fmt.Printf("%d survive\n", survivors)
		os.Exit(1)
	}
}
