package config

import (
	"fmt"
	"reflect"
	"strings"

	"ptvd/plugins"
)

var kindWords = map[kind][2]string{ // what it is, and an example
	kindStruct:    {"options", "{…}"},
	kindBool:      {"true or false", "true"},
	kindInt:       {"a whole number", "1"},
	kindFloat:     {"a number", "1.5"},
	kindString:    {"text", "text"},
	kindDuration:  {"a duration", "10s"},
	kindText:      {"text", "text"},
	kindPin:       {"a GPIO line", "GPIO17"},
	kindPWM:       {"a PWM output", "GPIO18"},
	kindSPI:       {"an SPI port", "SPI0.0"},
	kindSecret:    {"a secret", "{credential: NAME}"},
	kindAction:    {"an action", "panel.next"},
	kindFrom:      {"an instance", "INSTANCE"},
	kindInstances: {"instances", "{clock: {plugin: ntp}}"},
}

var typeWords = map[reflect.Type][2]string{
	reflect.TypeFor[plugins.Percent]():   {"a percentage", "40%"},
	reflect.TypeFor[plugins.TimeOfDay](): {"a time of day", "22:30"},
	reflect.TypeFor[plugins.Window]():    {"a part of the day", "22:30-06:00"},
	reflect.TypeFor[zone]():              {"a time zone", "Australia/Melbourne"},
}

// words says what a shape is to people: "a duration", "a list of GPIO lines".
func (s *shape) words() string {
	switch s.kind {
	case kindPointer:
		return s.elem.words()
	case kindList:
		return "a list of: " + s.elem.words()
	case kindMap:
		return "names, each with " + s.elem.words()
	case kindOneOf:
		return "one of " + join(names(s.fields), "or")
	}
	if words, ok := typeWords[s.typ]; ok {
		return words[0]
	}
	return kindWords[s.kind][0]
}

// example is a value to write: the default where there is one, else a typical
// one.
func (s *shape) example(usual reflect.Value) string {
	switch s.kind {
	case kindPointer, kindList:
		return s.elem.example(reflect.Zero(s.typ.Elem()))
	case kindMap:
		return "{NAME: " + s.elem.example(reflect.Zero(s.typ.Elem())) + "}"
	case kindStruct:
		if s.short != nil {
			return s.short.shape.example(usual.Field(s.short.index))
		}
		var required []string
		for _, f := range s.fields {
			if f.required {
				required = append(required, f.name+": "+f.shape.example(usual.Field(f.index)))
			}
		}
		if required == nil {
			return "{…}"
		}
		return "{" + strings.Join(required, ", ") + "}"
	case kindOneOf:
		f := s.fields[0]
		if f.shape.bare() {
			return f.name
		}
		return fmt.Sprintf("{%s: %s}", f.name, f.shape.example(usual.Field(f.index)))
	}
	switch {
	case usual.IsValid() && !usual.IsZero() && s.kind != kindSecret && s.kind != kindFrom:
		return write(usual)
	case len(s.oneof) > 0:
		return s.oneof[0]
	case s.min.IsValid() && !s.min.IsZero():
		return write(s.min)
	}
	if words, ok := typeWords[s.typ]; ok {
		return words[1]
	}
	return kindWords[s.kind][1]
}

// instead says what to write in place of nothing.
func (s *shape) instead(at spot, usual reflect.Value) string {
	if at.key == nil {
		return "write " + s.example(usual) + ", or remove it"
	}
	if s.bare() {
		return "write " + at.key.Value + " without the colon, or give options behind it"
	}
	return fmt.Sprintf("write %s: %s, or remove it", at.key.Value, s.example(usual))
}
