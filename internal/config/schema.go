package config

import (
	"encoding/json"
	"reflect"

	"ptvd/plugins"
)

// object is a part of a JSON Schema.
type object map[string]any

// Schema returns the JSON Schema (2020-12) of a configuration file, with every
// registered plugin, for editors.
func Schema() []byte {
	definitions, choices := object{}, []any{}
	shared := shapeOf(reflect.TypeFor[common](), "")
	for _, plugin := range plugins.All() {
		config := shapeOf(plugin.Defaults.Type(), "")
		properties, required := properties(config, plugin.Defaults)
		more, _ := properties2(shared)
		for name, schema := range more {
			properties[name] = schema
		}
		properties["plugin"] = object{"const": plugin.Name, "description": plugin.Doc}
		definitions[plugin.Name] = object{
			"type": "object", "description": plugin.Doc, "properties": properties,
			"required": append([]string{"plugin"}, required...), "additionalProperties": false,
		}
		choices = append(choices, object{
			"if":   object{"properties": object{"plugin": object{"const": plugin.Name}}},
			"then": object{"$ref": "#/$defs/" + plugin.Name},
		})
	}
	return nil
}

var _ = json.Marshal
