// Package schematest holds configurations against the JSON Schema that editors
// are given, by an independent validator. It is for tests.
package schematest

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"ptvd/internal/config"
)

// Whole is the schema of a whole file, compiled once: it knows the plugins that
// were registered by then.
var Whole = sync.OnceValues(func() (*jsonschema.Schema, error) { return Compile(config.JSONSchema(), "") })

// Validate returns the errors that an editor shows for a text of YAML.
func Validate(t testing.TB, text string) error {
	t.Helper()
	schema, err := Whole()
	if err != nil {
		t.Fatal(err)
	}
	value, err := parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

// Compile returns the part of a schema under a JSON pointer; "": all of it.
func Compile(schema []byte, pointer string) (*jsonschema.Schema, error) {
	text, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("ptvd.json", text); err != nil {
		return nil, err
	}
	return compiler.Compile("ptvd.json#" + pointer)
}

// parse returns what an editor sees in a text of YAML.
func parse(text []byte) (any, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	return value(document.Content[0])
}

func value(n *yaml.Node) (v any, err error) {
	switch n.Kind {
	case yaml.MappingNode:
		object := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if object[n.Content[i].Value], err = value(n.Content[i+1]); err != nil {
				return nil, err
			}
		}
		return object, nil
	case yaml.SequenceNode:
		list := []any{}
		for _, child := range n.Content {
			item, err := value(child)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		return list, nil
	}
	err = n.Decode(&v)
	if _, isDate := v.(time.Time); isDate {
		return n.Value, err // YAML 1.2 has no dates
	}
	return v, err
}
