package ptvd_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// rules say what a folder's code may not import. Tests may import more.
var rules = []struct {
	folder  string
	allowed func(from, imported string) bool
	because string
}{
	{
		"internal/scheduler",
		func(_, i string) bool { return standard(i) || under(i, "golang.org/x/sys") },
		"the scheduler knows nothing of boards or trains",
	},
	{
		"plugins",
		func(_, i string) bool {
			return !under(i, "periph.io/x/host") && !under(i, "github.com/warthog618") && !under(i, "go.bug.st/serial")
		},
		"no plugin imports a driver of a board: the board is behind Env.Board, with periph's interfaces",
	},
	{
		"plugins",
		func(from, i string) bool { return !isPlugin(i) || under(i, from) || from == "ptvd/plugins/all" },
		"no plugin imports another: they meet in topics, actions and kinds",
	},
	{
		"plugins",
		func(from, i string) bool {
			return !under(i, "ptvd/internal/daemon") && !under(i, "ptvd/internal/cli") &&
				(!under(i, "ptvd/internal/config") || from == "ptvd/plugins/plugintest")
		},
		"imports point one way, from the daemon to the plugins",
	},
	{
		"internal/gpio",
		func(_, i string) bool {
			return !under(i, "ptvd") || under(i, "ptvd/internal/gpio") || i == "ptvd/internal/scheduler" ||
				i == "ptvd/internal/textfmt" || i == "ptvd/internal/limited"
		},
		"the board uses the scheduler, texts and limited files, and nothing else of ptvd",
	},
	{
		"internal/web",
		func(_, i string) bool { return !under(i, "ptvd") || i == "ptvd/plugins/topics" },
		"the page shows plain data and reaches the loop through functions alone",
	},
	{
		"internal/config",
		func(_, i string) bool {
			return !under(i, "ptvd") || under(i, "ptvd/internal/config") || under(i, "ptvd/internal/schema") ||
				under(i, "ptvd/internal/host") || under(i, "ptvd/internal/gpio") || i == "ptvd/internal/textfmt" ||
				under(i, "ptvd/plugins") && !isPlugin(i)
		},
		"the configuration knows plugins by their Spec alone",
	},
	{
		"cmd",
		func(_, i string) bool { return standard(i) || i == "ptvd" || i == "ptvd/plugins/all" },
		"main hands over; no logic",
	},
}

func TestImportsPointOneWay(t *testing.T) {
	for _, rule := range rules {
		for file, imports := range importsBelow(t, rule.folder) {
			for _, imported := range imports {
				if !rule.allowed(path.Join("ptvd", path.Dir(file)), imported) {
					t.Errorf("%s imports %s: %s", file, imported, rule.because)
				}
			}
		}
	}
}

func TestPluginsLeaveTimeAndGoroutinesToTheScheduler(t *testing.T) {
	for _, word := range []string{"time.Sleep(", "time.Now(", "time.After(", "\tgo "} {
		for file := range importsBelow(t, "plugins") {
			if path.Dir(file) == "plugins" || strings.HasPrefix(file, "plugins/plugintest/") {
				continue
			}
			source := read(t, file)
			for number, line := range strings.Split(source, "\n") {
				if strings.Contains(line, word) && !strings.HasPrefix(strings.TrimSpace(line), "//") {
					t.Errorf("%s:%d has %q: the scheduler, the clock and Await are there for that", file, number+1, strings.TrimSpace(word))
				}
			}
		}
	}
}

func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".") && first != "ptvd"
}

func under(imported, folder string) bool {
	return imported == folder || strings.HasPrefix(imported, folder+"/")
}

// registers finds a package that registers a plugin or a member of a kind.
var registers = regexp.MustCompile(`(?m)^\tplugins\.(Register|AddMember)\b`)

// isPlugin tells a plugin's package from those that plugins share: a plugin
// registers itself, and so does a page or a panel device.
func isPlugin(imported string) bool {
	name, ok := strings.CutPrefix(imported, "ptvd/plugins/")
	if !ok {
		return false
	}
	name, _, _ = strings.Cut(name, "/")
	files, _ := filepath.Glob(filepath.Join("plugins", name, "*.go"))
	for _, file := range files {
		if source, err := os.ReadFile(file); err == nil && registers.Match(source) {
			return true
		}
	}
	return false
}

// importsBelow returns the imports of each Go file below a folder, except in tests.
func importsBelow(t *testing.T, folder string) map[string][]string {
	t.Helper()
	imports := map[string][]string{}
	err := filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		imports[file] = nil
		for _, spec := range parsed.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			imports[file] = append(imports[file], name)
		}
		return nil
	})
	if err != nil || len(imports) == 0 {
		t.Fatalf("no Go files below %s (%v)", folder, err)
	}
	return imports
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
