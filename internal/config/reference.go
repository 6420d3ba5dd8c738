package config

import (
	"fmt"
	"reflect"
	"strings"
	"text/tabwriter"

	"ptvd/internal/host"
	"ptvd/internal/schema"
)

// Option tells people about one option.
type Option struct {
	Name     string
	Type     string // in words: "duration", "list of GPIO lines"
	Default  string // as it is written; empty: none
	Allowed  string // "1s to 24h"; empty: whatever the type allows
	Doc      string
	Required bool
	Options  []Option // what stands under it
}

// Describe returns the options of a plugin, in the order of its Config.
func Describe(plugin host.Definition) []Option { return optionsOf(plugin.Defaults) }

// DescribeFile returns the options of the file as a whole.
func DescribeFile() []Option { return optionsOf(reflect.ValueOf(documentDefaults)) }

// DescribeInstance returns the options that every instance has beside its
// plugin's.
func DescribeInstance() []Option { return optionsOf(reflect.ValueOf(common{OnError: Restart})) }

func optionsOf(defaults reflect.Value) []Option {
	return optionsUnder(schema.Must(defaults.Type()), defaults)
}

func optionsUnder(t *schema.Type, usual reflect.Value) []Option {
	var options []Option
	for _, f := range t.Options() {
		value := t.Default(usual, &f)
		words := f.Doc
		if t.Short != nil && t.Short.Name == f.Name {
			words += "; its value alone may replace the group"
		}
		leaf, under := f.Type, value
		for leaf.Elem != nil {
			leaf, under = leaf.Elem, reflect.Zero(leaf.Elem.Go) // the items of a list have no default
		}
		options = append(options, Option{
			Name: f.Name, Type: strings.TrimPrefix(strings.TrimPrefix(f.Type.One(), "a "), "an "),
			Default: f.Type.Usual(value), Allowed: leaf.Allowed(), Doc: words, Required: f.Required,
			Options: optionsUnder(leaf, under),
		})
	}
	return options
}

// Text renders what is to know about a plugin, for a terminal.
func Text(plugin host.Definition) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", plugin.Name, plugin.Doc)
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	rows(table, Describe(plugin), "  ")
	table.Flush()
	for i, t := range plugin.Topics {
		if i == 0 {
			b.WriteString("\npublishes\n")
		}
		fmt.Fprintf(table, "  %s\t%s\n", t.Name, t.Doc)
	}
	table.Flush()
	for i, a := range plugin.Actions {
		if i == 0 {
			b.WriteString("\nactions\n")
		}
		name := a.Name
		if a.Arg != "" {
			name += " (" + a.Arg + ")"
		}
		fmt.Fprintf(table, "  %s\t%s\n", name, a.Doc)
	}
	table.Flush()
	return b.String()
}

func rows(table *tabwriter.Writer, options []Option, indent string) {
	for _, o := range options {
		usual, words := o.Default, o.Doc
		if o.Required {
			usual = "required"
		}
		if o.Allowed != "" {
			words += " (" + o.Allowed + ")"
		}
		fmt.Fprintf(table, "%s%s\t%s\t%s\t%s\n", indent, o.Name, o.Type, usual, words)
		rows(table, o.Options, indent+"  ")
	}
}
