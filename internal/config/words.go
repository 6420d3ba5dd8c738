package config

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"ptvd/plugins"
)

// phrase is what people call a kind of value: one, several, and what one looks
// like.
type phrase struct{ one, several, example string }

var kindPhrases = map[kind]phrase{
	kindStruct:    {"options", "options", "{…}"},
	kindBool:      {"true or false", "true or false", "true"},
	kindInt:       {"a whole number", "whole numbers", "NUMBER"},
	kindFloat:     {"a number", "numbers", "NUMBER"},
	kindString:    {"text", "texts", "TEXT"},
	kindDuration:  {"a duration", "durations", "10s"},
	kindText:      {"text", "texts", "TEXT"},
	kindPin:       {"a GPIO line", "GPIO lines", "GPIO17"},
	kindPWM:       {"a PWM output", "PWM outputs", "GPIO18"},
	kindSPI:       {"an SPI port", "SPI ports", "SPI0.0"},
	kindSecret:    {"a secret", "secrets", "{credential: NAME}"},
	kindAction:    {"an action", "actions", "panel.next"},
	kindFrom:      {"an instance", "instances", "INSTANCE"},
	kindInstances: {"instances", "instances", "{clock: {plugin: ntp}}"},
}

var typePhrases = map[reflect.Type]phrase{
	reflect.TypeFor[plugins.Percent]():   {"a percentage", "percentages", "40%"},
	reflect.TypeFor[plugins.TimeOfDay](): {"a time of day", "times of day", "22:30"},
	reflect.TypeFor[plugins.Window]():    {"a part of the day", "parts of the day", "22:30-06:00"},
	reflect.TypeFor[zone]():              {"a time zone", "time zones", "Australia/Melbourne"},
}

// phrase says what a shape is to people: "a duration", "a list of GPIO lines".
func (s *shape) phrase() phrase {
	switch s.kind {
	case kindPointer:
		return s.elem.phrase()
	case kindList:
		several := "lists of " + s.elem.phrase().several
		return phrase{one: "a " + strings.Replace(several, "lists", "list", 1), several: several}
	case kindMap:
		words := "names, each with " + s.elem.phrase().one
		return phrase{one: words, several: words}
	case kindOneOf, kindChoice:
		words := join(names(s.choices()), "or")
		return phrase{one: words, several: words}
	}
	if phrase, ok := typePhrases[s.typ]; ok {
		return phrase
	}
	return kindPhrases[s.kind]
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
	case kindOneOf, kindChoice:
		if len(s.choices()) == 0 {
			return "NAME"
		}
		f := &s.choices()[0]
		if f.shape.bare() {
			return f.name
		}
		return fmt.Sprintf("{%s: %s}", f.name, f.shape.example(s.usualOf(usual, f)))
	}
	switch {
	case usual.IsValid() && !usual.IsZero() && s.kind != kindSecret && s.kind != kindFrom:
		return write(usual)
	case len(s.oneof) > 0:
		return s.oneof[0]
	case s.min.IsValid() && !s.min.IsZero() && s.kind != kindInt && s.kind != kindFloat:
		return write(s.min)
	}
	return s.phrase().example
}

// missing says what to write where an option is required.
func (f *field) missing(usual reflect.Value) string {
	option := f.name + ": " + f.shape.example(usual)
	if placeholder.MatchString(option) || !usual.IsZero() {
		return "write " + option
	}
	return "write one, such as " + option // it shows the form; the value is theirs
}

var placeholder = regexp.MustCompile(`\b(NUMBER|TEXT|NAME|INSTANCE)\b`)

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
