package web

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

func TestAPIDocumentsEveryFieldOfTheState(t *testing.T) {
	text, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range jsonNames(reflect.TypeFor[State]()) {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("docs/api.md does not mention `%s`", name)
		}
	}
}

// jsonNames lists the JSON names of a type's fields, nested ones included.
func jsonNames(t reflect.Type) (all []string) {
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer:
		return jsonNames(t.Elem())
	case reflect.Struct:
		for field := range t.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch {
			case name == "-":
				continue
			case !field.Anonymous:
				all = append(all, name)
			}
			all = append(all, jsonNames(field.Type)...)
		}
	}
	return all
}
