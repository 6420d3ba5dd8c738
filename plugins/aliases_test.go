package plugins_test

import (
	"errors"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"ptvd/plugins"
)

// A name that stands for a type of another package shows none of its methods in
// "go doc"; so its comment lists them.
func TestTheCommentOfAnAliasListsEveryMethod(t *testing.T) {
	types := map[string]reflect.Type{
		"Task": reflect.TypeFor[*plugins.Task](), "Tick": reflect.TypeFor[*plugins.Tick](), "Instant": reflect.TypeFor[*plugins.Instant](),
		"Event": reflect.TypeFor[*plugins.Event](), "Flag": reflect.TypeFor[*plugins.Flag](), "Group": reflect.TypeFor[*plugins.Group](),
		"Turns": reflect.TypeFor[*plugins.Turns](), "Queue": reflect.TypeFor[*plugins.Queue[int]](),
		"Backoff": reflect.TypeFor[*plugins.Backoff](), "Board": reflect.TypeFor[*plugins.Board](), "Input": reflect.TypeFor[*plugins.Input](),
		"InputOptions": reflect.TypeFor[*plugins.InputOptions](), "Edge": reflect.TypeFor[*plugins.Edge](), "Level": reflect.TypeFor[*plugins.Level](),
		"Pull": reflect.TypeFor[*plugins.Pull](), "Output": reflect.TypeFor[*plugins.Output](),
		"PWM": reflect.TypeFor[plugins.PWM](), "Measurement": reflect.TypeFor[*plugins.Measurement](), "Quadrature": reflect.TypeFor[*plugins.Quadrature](),
		"Storage": reflect.TypeFor[plugins.Storage](), "Network": reflect.TypeFor[*plugins.Network](), "Envelope": reflect.TypeFor[*plugins.Envelope](),
		"TopicList": reflect.TypeFor[plugins.TopicList](), "ActionList": reflect.TypeFor[plugins.ActionList](),
	}
	files, positions := []*ast.File{}, token.NewFileSet()
	paths, err := filepath.Glob("*.go")
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, parseErr := parser.ParseFile(positions, path, nil, parser.ParseComments)
		files, err = append(files, file), errors.Join(err, parseErr)
	}
	if err != nil {
		t.Fatal(err)
	}
	documentation, err := doc.NewFromFiles(positions, files, "ptvd/plugins", doc.AllDecls)
	if err != nil {
		t.Fatal(err)
	}
	for _, documented := range documentation.Types {
		spec := documented.Decl.Specs[0].(*ast.TypeSpec)
		if !spec.Assign.IsValid() || !spec.Name.IsExported() {
			continue
		}
		of := types[documented.Name]
		if of == nil {
			t.Errorf("the alias %s is not in this test", documented.Name)
			continue
		}
		for method := range of.Methods() {
			if method := method.Name; !strings.Contains(documented.Doc, "\t"+method+"(") {
				t.Errorf("the comment of %s does not list its method %s", documented.Name, method)
			}
		}
		for line := range strings.SplitSeq(documented.Doc, "\n") {
			name, _, isMethod := strings.Cut(strings.TrimPrefix(line, "\t"), "(")
			if _, exists := of.MethodByName(name); isMethod && strings.HasPrefix(line, "\t") && !exists {
				t.Errorf("the comment of %s lists %s, which it does not have", documented.Name, name)
			}
		}
	}
}
