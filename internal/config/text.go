package config

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"ptvd/internal/host"
)

// Text renders what is to know about a plugin, for a terminal.
func Text(plugin host.Definition) string {
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

func argument(a host.Action) string {
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
		fmt.Fprintf(table, "%s%s\t%s\t%s\t%s\n", indent, o.Name, o.Type, usual, o.words(""))
		rows(table, o.Options, indent+"  ")
	}
}
