package plugins_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
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
		"Lock": reflect.TypeFor[*plugins.Lock](), "Semaphore": reflect.TypeFor[*plugins.Semaphore](), "Queue": reflect.TypeFor[*plugins.Queue[int]](),
		"Backoff": reflect.TypeFor[*plugins.Backoff](), "Board": reflect.TypeFor[*plugins.Board](), "Input": reflect.TypeFor[*plugins.Input](),
		"InputOptions": reflect.TypeFor[*plugins.InputOptions](), "Edge": reflect.TypeFor[*plugins.Edge](), "Level": reflect.TypeFor[*plugins.Level](),
		"Pull": reflect.TypeFor[*plugins.Pull](), "Output": reflect.TypeFor[*plugins.Output](),
		"PWM": reflect.TypeFor[plugins.PWM](), "Quadrature": reflect.TypeFor[*plugins.Quadrature](),
		"Storage": reflect.TypeFor[plugins.Storage](), "Network": reflect.TypeFor[*plugins.Network](), "Envelope": reflect.TypeFor[*plugins.Envelope](),
		"TopicList": reflect.TypeFor[plugins.TopicList](), "ActionList": reflect.TypeFor[plugins.ActionList](),
	}
	noTests := func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }
	parsed, err := parser.ParseDir(token.NewFileSet(), ".", noTests, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, documented := range doc.New(parsed["plugins"], "ptvd/plugins", doc.AllDecls).Types {
		spec := documented.Decl.Specs[0].(*ast.TypeSpec)
		if !spec.Assign.IsValid() || !spec.Name.IsExported() {
			continue
		}
		of := types[documented.Name]
		if of == nil {
			t.Errorf("the alias %s is not in this test", documented.Name)
			continue
		}
		for i := range of.NumMethod() {
			if method := of.Method(i).Name; !strings.Contains(documented.Doc, "\t"+method+"(") {
				t.Errorf("the comment of %s does not list its method %s", documented.Name, method)
			}
		}
		for _, line := range strings.Split(documented.Doc, "\n") {
			name, _, isMethod := strings.Cut(strings.TrimPrefix(line, "\t"), "(")
			if _, exists := of.MethodByName(name); isMethod && strings.HasPrefix(line, "\t") && !exists {
				t.Errorf("the comment of %s lists %s, which it does not have", documented.Name, name)
			}
		}
	}
}
