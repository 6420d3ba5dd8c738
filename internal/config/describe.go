package config

import (
	"reflect"
	"slices"
	"strings"

	"ptvd/internal/host"
)

// Option tells people about one option of a plugin.
type Option struct {
	Name     string
	Type     string // in words: "duration", "list of GPIO lines"
	Default  string // as it is written; empty: none
	Allowed  string // "1s to 24h"; empty: whatever the type allows
	Doc      string
	Required bool
	Short    bool     // a value in the place of the whole group is this option's
	Options  []Option // what stands under it
}

// words are what there is to say of the option, with a note at the end.
func (o *Option) words(note string) string {
	words := o.Doc
	if o.Short {
		words += "; its value alone may stand for the group"
	}
	notes := slices.DeleteFunc([]string{o.Allowed, note}, func(s string) bool { return s == "" })
	if len(notes) > 0 {
		words += " (" + strings.Join(notes, "; ") + ")"
	}
	return words
}

// Describe returns the options of a plugin, in the order of its Config.
func Describe(plugin host.Definition) []Option {
	return describe(shapeOf(plugin.Defaults.Type(), ""), plugin.Defaults)
}

// DescribeFile returns the options of the file as a whole.
func DescribeFile() []Option {
	whole := document{Board: Periph}
	return describe(shapeOf(reflect.TypeOf(whole), ""), reflect.ValueOf(whole))
}

// DescribeInstance returns the options that every instance has beside its
// plugin's.
func DescribeInstance() []Option {
	shared := common{OnError: Restart}
	return describe(shapeOf(reflect.TypeOf(shared), ""), reflect.ValueOf(shared))
}

func describe(s *shape, usual reflect.Value) []Option {
	var options []Option
	for _, f := range slices.Concat(s.members, s.fields) {
		value := s.usualOf(usual, &f)
		option := Option{
			Name: f.name, Type: noun(f.shape.phrase().one), Default: f.shape.usual(value), Doc: f.doc,
			Required: f.required, Short: s.short != nil && s.short.name == f.name,
		}
		leaf := f.shape
		for leaf.elem != nil {
			leaf = leaf.elem
		}
		option.Allowed = leaf.allowed()
		if leaf.fields != nil || leaf.members != nil {
			option.Options = describe(leaf, within(value, leaf.typ))
		}
		options = append(options, option)
	}
	return options
}

func noun(phrase string) string {
	return strings.TrimPrefix(strings.TrimPrefix(phrase, "a "), "an ")
}

// within is the default that is given under an option: of what a pointer points
// to, but not of the items of a list.
func within(v reflect.Value, t reflect.Type) reflect.Value {
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Type() == t {
		return v
	}
	return reflect.Zero(t)
}

// usual writes a default; a list's in the form of the file.
func (s *shape) usual(v reflect.Value) string {
	switch {
	case s.kind == kindPointer && !v.IsNil():
		return s.elem.usual(v.Elem())
	case s.kind == kindList && v.Len() > 0:
		var items []string
		for i := range v.Len() {
			items = append(items, s.elem.usual(v.Index(i)))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case s.kind == kindChoice:
		if _, member := s.chosen(v); member != nil {
			return member.name
		}
	case s.kind == kindOneOf:
		for _, f := range s.fields {
			if !v.Field(f.index).IsZero() {
				return f.name
			}
		}
	}
	switch s.kind {
	case kindPointer, kindStruct, kindOneOf, kindChoice, kindList, kindMap, kindSecret, kindAction, kindFrom, kindInstances:
		return ""
	}
	// A zero may be a value, or stand for none; a zero that could not be
	// written is none.
	if v.IsZero() && !v.CanInt() && !v.CanUint() && !v.CanFloat() && s.kind != kindBool || s.check(v) != nil {
		return ""
	}
	return write(v)
}

// Options returns the paths of all options of a plugin: "every",
// "device.max7219.spi", "pages.clock".
func Options(plugin host.Definition) []string {
	var paths []string
	var walk func(prefix string, options []Option)
	walk = func(prefix string, options []Option) {
		for _, o := range options {
			paths = append(paths, prefix+o.Name)
			walk(prefix+o.Name+".", o.Options)
		}
	}
	walk("", Describe(plugin))
	return paths
}
