package config

import (
	"encoding/json"
	"maps"
	"reflect"

	"ptvd/internal/host"
	"ptvd/internal/schema"
)

type object map[string]any

// JSONSchema returns the JSON Schema (2020-12) of a configuration file with every
// registered plugin, for editors. It takes a value as YAML 1.2 has it, and as YAML
// 1.1, to which off is false and 22:30 a number in base 60.
func JSONSchema() []byte {
	plugins := object{}
	for _, name := range pluginNames() {
		plugins[name] = pluginSchema(name)
	}
	whole := schemaOf(schema.Must(reflect.TypeFor[document]()), reflect.ValueOf(documentDefaults))
	whole["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	whole["title"] = "ptvd configuration"
	whole["$defs"] = plugins
	text, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		panic(err) // it is made of maps, strings and numbers
	}
	return append(text, '\n')
}

func pluginSchema(name string) object {
	plugin, _ := host.Lookup(name)
	shared := structSchema(schema.Must(reflect.TypeFor[common]()), reflect.ValueOf(common{OnError: Restart}))
	own := structSchema(schema.Must(plugin.Defaults.Type()), plugin.Defaults)
	maps.Copy(own["properties"].(object), shared["properties"].(object))
	own["properties"].(object)["plugin"] = object{"const": name, "description": plugin.Doc}
	own["required"] = append(own["required"].([]string), shared["required"].([]string)...)
	own["description"] = plugin.Doc
	return own
}

// instancesSchema leads an editor from the plugin that an instance names to that
// plugin's options.
func instancesSchema() object {
	all := pluginNames()
	var choices []any
	for _, name := range all {
		choices = append(choices, object{
			"if":   object{"properties": object{"plugin": object{"const": name}}, "required": []string{"plugin"}},
			"then": object{"$ref": "#/$defs/" + name},
		})
	}
	return object{
		"type": "object", "minProperties": 1,
		"propertyNames": object{"pattern": schema.InstanceName.String()},
		"additionalProperties": object{
			"type": "object", "required": []string{"plugin"},
			"properties": object{"plugin": object{"enum": all}},
			"allOf":      choices,
		},
	}
}

// bareText is a text that YAML may take for something else: platform 1, gamma 2.8.
var bareText = []string{"string", "number", "boolean"}

// schemaOf returns the schema of a type, with the defaults in usual.
func schemaOf(t *schema.Type, usual reflect.Value) object {
	switch t.Kind {
	case instances:
		return instancesSchema()
	case schema.Struct:
		whole := structSchema(t, usual)
		if t.Short == nil {
			return whole
		}
		return object{"anyOf": []any{schemaOf(t.Short.Type, t.Short.In(usual)), whole}}
	case schema.Choice:
		return choiceSchema(t, usual)
	case schema.List:
		one := schemaOf(t.Elem, reflect.Zero(t.Elem.Go))
		return object{"anyOf": []any{one, object{"type": "array", "items": one}}}
	case schema.Map:
		return object{"type": "object", "additionalProperties": schemaOf(t.Elem, reflect.Zero(t.Elem.Go))}
	case schema.Secret:
		return object{"anyOf": []any{
			object{"type": bareText},
			object{
				"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
				"properties": object{
					"credential": object{"type": bareText, "pattern": credentialName.String()},
					"file":       object{"type": "string", "pattern": "^/"},
					"env":        object{"type": bareText, "pattern": environmentName.String()},
				},
			},
		}}
	}
	return singleSchema(t)
}

func structSchema(t *schema.Type, usual reflect.Value) object {
	properties, required := object{}, []string{}
	for _, f := range t.Options() {
		value := t.Default(usual, &f)
		option := schemaOf(f.Type, value)
		option["description"] = f.Doc
		if f.Type.Usual(value) != "" && !f.Required {
			option["default"] = literal(f.Type, value)
		}
		properties[f.Name] = option
		if f.Required {
			required = append(required, f.Name)
		}
	}
	return object{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func choiceSchema(t *schema.Type, usual reflect.Value) object {
	whole := structSchema(t, usual)
	var names, given []any
	for _, f := range t.Choices() {
		given = append(given, object{"required": []string{f.Name}})
		if f.Type.Nullary() {
			names = append(names, f.Name)
		}
	}
	if given != nil {
		whole["oneOf"] = given
	}
	if names == nil || len(whole["required"].([]string)) > 0 {
		return whole
	}
	return object{"anyOf": []any{object{"enum": names}, whole}}
}

func singleSchema(t *schema.Type) object {
	found := object{"type": "string"}
	switch {
	case len(t.Words) > 0:
		return object{"enum": allowed(t)}
	case t.Kind == schema.Bool:
		return object{"type": "boolean"}
	case t.Kind == schema.Int || t.Kind == schema.Float:
		found["type"] = "integer"
		if t.Kind == schema.Float {
			found["type"] = "number"
		}
		if t.Min.IsValid() {
			found["minimum"] = t.Min.Interface()
		}
		if t.Max.IsValid() {
			found["maximum"] = t.Max.Interface()
		}
		return found
	case t.Kind == schema.String:
		found["maxLength"] = schema.MaxText
	}
	if t.Kind.Bare {
		found["type"] = bareText
	}
	if t.Kind.Pattern != "" {
		found["pattern"] = t.Kind.Pattern
	}
	return found
}

// allowed are the only values of an option, and what else YAML may take those
// words for that stand without quotes.
func allowed(t *schema.Type) []any {
	var values []any
	for _, word := range t.Words {
		v := reflect.New(t.Go).Elem()
		_ = t.Set(v, word) // the words of a tag are values
		values = append(values, literal(t, v))
		if t.Kind != schema.String && t.Kind != schema.Text {
			continue
		}
		if truth := schema.Truths[word]; truth != "" {
			values = append(values, truth == "true")
		} else if json.Valid([]byte(word)) {
			values = append(values, json.RawMessage(word))
		}
	}
	return values
}

func literal(t *schema.Type, v reflect.Value) any {
	switch t.Kind {
	case schema.Bool, schema.Int, schema.Float:
		return v.Interface()
	case schema.List:
		items := []any{}
		for i := range v.Len() {
			items = append(items, literal(t.Elem, v.Index(i)))
		}
		return items
	}
	return t.Usual(v)
}
