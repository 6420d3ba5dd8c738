package config

import (
	"fmt"
	"reflect"
	"strings"
	"text/tabwriter"

	"ptvd/plugins"
)

// Option tells people about one option of a plugin.
type Option struct {
	Name     string
	Type     string // in words: "a duration"
	Default  string // as it is written; empty: none
	Allowed  string // "1s to 24h"; empty: whatever the type allows
	Doc      string
	Required bool
	Short    bool     // a value in the place of the whole group is this option's
	Options  []Option // what stands under it
}

// Describe returns the options of a plugin, in the order of its Config.
func Describe(plugin plugins.Definition) []Option {
	return describe(shapeOf(plugin.Defaults.Type(), ""), plugin.Defaults)
}

func describe(s *shape, usual reflect.Value) []Option {
	var options []Option
	for _, f := range s.fields {
		value := usual.Field(f.index)
		option := Option{
			Name: f.name, Type: f.shape.words(), Default: f.shape.usual(value), Doc: f.doc,
			Required: f.required, Short: s.short != nil && s.short.name == f.name,
		}
		leaf := f.shape
		for leaf.elem != nil {
			leaf = leaf.elem
		}
		option.Allowed = leaf.allowed()
		if leaf.fields != nil {
			option.Options = describe(leaf, within(value, leaf.typ))
		}
		options = append(options, option)
	}
	return options
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
	case s.kind == kindOneOf:
		for _, f := range s.fields {
			if !v.Field(f.index).IsZero() {
				return f.name
			}
		}
	}
	switch s.kind {
	case kindBool, kindInt, kindFloat, kindDuration:
		return write(v)
	case kindString, kindText, kindPin, kindPWM, kindSPI:
		if !v.IsZero() {
			return write(v)
		}
	}
	return ""
}

// Text renders what is to know about a plugin, for a terminal.
func Text(plugin plugins.Definition) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", plugin.Name, plugin.Doc)
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	rows(table, Describe(plugin), "  ")
	table.Flush()
	if len(plugin.Topics) > 0 {
		b.WriteString("\npublishes\n")
		for _, t := range plugin.Topics {
			fmt.Fprintf(table, "  %s\t%s\n", t.Name, t.Doc)
		}
		table.Flush()
	}
	if len(plugin.Actions) > 0 {
		b.WriteString("\nactions\n")
		for _, a := range plugin.Actions {
			fmt.Fprintf(table, "  %s\t%s\n", strings.TrimSpace(a.Name+" "+argument(a)), a.Doc)
		}
		table.Flush()
	}
	return b.String()
}

func argument(a plugins.ActionSpec) string {
	if a.Arg == "" {
		return ""
	}
	return "(" + a.Arg + ")"
}

func rows(table *tabwriter.Writer, options []Option, indent string) {
	for _, o := range options {
		usual := o.Default
		if o.Required {
			usual = "required"
		}
		doc := o.Doc
		if o.Allowed != "" {
			doc += " (" + o.Allowed + ")"
		}
		fmt.Fprintf(table, "%s%s\t%s\t%s\t%s\n", indent, o.Name, o.Type, usual, doc)
		rows(table, o.Options, indent+"  ")
	}
}

// Options returns the paths of all options of a plugin: "every",
// "device.max7219.spi", "pages.clock".
func Options(plugin plugins.Definition) []string {
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
