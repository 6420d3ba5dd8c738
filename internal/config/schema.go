package config

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"ptvd/internal/host"
	"ptvd/plugins"
)

// object is a part of a JSON Schema.
type object map[string]any

// Schema returns the JSON Schema (2020-12) of a configuration file with every
// registered plugin, for editors. It takes a value as YAML 1.2 has it, and as YAML
// 1.1, to which off is false and 22:30 a number in base 60.
func Schema() []byte {
	plugins := object{}
	for _, name := range pluginNames() {
		plugins[name] = pluginSchema(name)
	}
	whole := schemaOf(shapeOf(reflect.TypeFor[document](), ""), reflect.ValueOf(document{Board: Periph}))
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
	shared := structSchema(shapeOf(reflect.TypeFor[common](), ""), reflect.ValueOf(common{OnError: Restart}))
	own := structSchema(shapeOf(plugin.Defaults.Type(), ""), plugin.Defaults)
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
		"propertyNames": object{"pattern": instanceName.String()},
		"additionalProperties": object{
			"type": "object", "required": []string{"plugin"},
			"properties": object{"plugin": object{"enum": all}},
			"allOf":      choices,
		},
	}
}

func structSchema(s *shape, usual reflect.Value) object {
	properties, required := object{}, []string{}
	for _, f := range slices.Concat(s.members, s.fields) {
		value := s.usualOf(usual, &f)
		option := schemaOf(f.shape, value)
		option["description"] = f.doc
		if text := f.shape.usual(value); text != "" && !f.required {
			option["default"] = f.shape.literal(value)
		}
		properties[f.name] = option
		if f.required {
			required = append(required, f.name)
		}
	}
	return object{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// literal is a value as JSON has it.
func (s *shape) literal(v reflect.Value) any {
	switch s.kind {
	case kindBool, kindInt, kindFloat:
		return v.Interface()
	case kindPointer:
		return s.elem.literal(v.Elem())
	case kindList:
		items := []any{}
		for i := range v.Len() {
			items = append(items, s.elem.literal(v.Index(i)))
		}
		return items
	}
	return s.usual(v)
}

// freeText is a text that YAML may take for something else: platform 1, gamma 2.8.
var freeText = []string{"string", "number", "boolean"}

func schemaOf(s *shape, usual reflect.Value) object {
	switch s.kind {
	case kindPointer:
		return schemaOf(s.elem, within(usual, s.elem.typ))
	case kindInstances:
		return instancesSchema()
	case kindStruct:
		return s.orShort(structSchema(s, usual), usual)
	case kindOneOf, kindChoice:
		return s.orShort(choiceSchema(s, usual), usual)
	case kindList:
		one := schemaOf(s.elem, reflect.Zero(s.elem.typ))
		return object{"anyOf": []any{one, object{"type": "array", "items": one}}}
	case kindMap:
		return object{"type": "object", "additionalProperties": schemaOf(s.elem, reflect.Zero(s.elem.typ))}
	case kindSecret:
		return object{"anyOf": []any{
			object{"type": freeText},
			object{
				"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
				"properties": object{
					"credential": object{"type": freeText, "pattern": credentialName.String()},
					"file":       object{"type": "string", "pattern": "^/"},
					"env":        object{"type": freeText, "pattern": environmentName.String()},
				},
			},
		}}
	}
	return s.scalarSchema()
}

func (s *shape) orShort(whole object, usual reflect.Value) object {
	if s.short == nil {
		return whole
	}
	return object{"anyOf": []any{schemaOf(s.short.shape, usual.Field(s.short.index)), whole}}
}

func choiceSchema(s *shape, usual reflect.Value) object {
	whole := structSchema(s, usual)
	if s.embedded == nil {
		delete(whole, "required")
		whole["minProperties"], whole["maxProperties"] = 1, 1
	} else {
		var one []any
		for _, f := range s.members {
			one = append(one, object{"required": []string{f.name}})
		}
		whole["oneOf"] = one
	}
	var bare []string
	for _, f := range s.choices() {
		if f.shape.bare() {
			bare = append(bare, f.name)
		}
	}
	if bare == nil {
		return whole
	}
	return object{"anyOf": []any{object{"enum": bare}, whole}}
}

// mistaken is what else YAML may take a word for that stands without quotes.
func mistaken(word string) []any {
	if truth := truths[word]; truth != "" {
		return []any{truth == "true"}
	}
	if json.Valid([]byte(word)) {
		return []any{json.RawMessage(word)}
	}
	return nil
}

// textSchemas are of texts whose form is known here; of others, their plugin alone
// knows what they take.
var textSchemas = map[reflect.Type]object{
	reflect.TypeFor[plugins.Percent]():   {"type": "string", "pattern": `%\s*$`},
	reflect.TypeFor[plugins.TimeOfDay](): {"type": freeText, "pattern": `^[0-2]?[0-9]:[0-5][0-9]$`},
	reflect.TypeFor[plugins.Window]():    {"type": "string", "pattern": `^\s*[0-2]?[0-9]:[0-5][0-9]\s*-\s*[0-2]?[0-9]:[0-5][0-9]\s*$`},
}

func (s *shape) scalarSchema() object {
	schema := object{"type": "string"}
	switch s.kind {
	case kindBool:
		return object{"type": "boolean"}
	case kindInt, kindFloat:
		schema["type"] = "integer"
		if s.kind == kindFloat {
			schema["type"] = "number"
		}
		if s.min.IsValid() {
			schema["minimum"] = s.min.Interface()
		}
		if s.max.IsValid() {
			schema["maximum"] = s.max.Interface()
		}
	case kindString:
		schema = object{"type": freeText, "maxLength": maxText}
	case kindDuration:
		schema["pattern"] = `^\+?(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$`
	case kindPin:
		schema["pattern"] = gpioName.String()
	case kindPWM:
		schema["pattern"] = pwmName.String()
	case kindSPI:
		schema["pattern"] = spiName.String()
	case kindAction:
		schema["pattern"] = `^\s*[a-z0-9-]+\.[^ ]+( .*)?$`
	case kindFrom:
		schema = object{"type": freeText, "pattern": `^[a-z0-9-]+(\..+)?$`}
	case kindText:
		schema["type"] = freeText
		if known, ok := textSchemas[s.typ]; ok {
			schema = maps.Clone(known) // to be described
		}
	}
	if len(s.oneof) > 0 {
		var allowed []any
		for _, word := range s.oneof {
			v := reflect.New(s.typ).Elem()
			_ = s.set(v, word) // the words of a tag are values
			allowed = append(allowed, s.literal(v))
			if s.kind == kindString || s.kind == kindText {
				allowed = append(allowed, mistaken(word)...)
			}
		}
		return object{"enum": allowed}
	}
	return schema
}
