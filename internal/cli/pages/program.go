package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// program is ptvd(8): the commands, and what else an administrator looks for.
func program(root *cobra.Command, date string) string {
	p := newPage("ptvd", "8", date, "System administration")
	p.section("Name")
	p.WriteString(escape("ptvd - "+small(root.Short)) + "\n")

	p.section("Synopsis")
	for _, c := range commands(root) {
		fmt.Fprintf(p, "\\fB%s\\fP\n.br\n", escape("ptvd "+c.Use))
	}

	p.section("Description")
	p.text(`ptvd runs the instances of plugins that its configuration declares: they keep the
time by NTP, fetch departures, show them on a panel of LEDs, listen to a button and
dim a lamp. The service of the same name runs it at boot; ptvd.yaml(5) describes the
configuration.`)

	p.section("Commands")
	for _, c := range commands(root) {
		p.subsection("ptvd " + c.Use)
		p.text(cmp.Or(c.Long, c.Short+"."))
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" {
				p.flag(f)
			}
		})
		if c.Example != "" {
			p.text("For example:\n\n" + c.Example)
		}
	}

	p.section("Signals")
	p.term("SIGTERM, SIGINT", "", "Stop: the panel goes dark, the lamp does what at_stop says, and the lines are released. A second one ends the program at once.")
	p.term("SIGHUP", "", "Read the configuration again. A file with a fault changes nothing.")
	p.term("SIGUSR1", "", "Log what every task and instance is doing.")

	p.section("Exit status")
	p.term("0", "", "All went well.")
	p.term("1", "", "It failed while it ran.")
	p.term("64", "", "The command line makes no sense.")
	p.term("78", "", "The configuration makes no sense.")

	p.section("Files")
	p.term("/etc/ptvd/ptvd.yaml", "", "The configuration.")
	p.term("/etc/credstore/, /etc/credstore.encrypted/", "", "Where the service finds secrets: ptv-id, ptv-key and ptvd-http, each alone in a file of that name.")
	p.term("/var/lib/ptvd/", "", "What outlives a restart, such as the level of a lamp.")
	p.term("/usr/share/ptvd/ptvd.schema.json", "", "The JSON Schema of the configuration, for editors.")
	p.term("/usr/share/doc/ptvd/", "", "README.md has wiring, secrets, and what to look at when nothing lights up; examples/ has whole devices.")

	p.section("See also")
	p.text("ptvd.yaml(5), journalctl(1), systemd-creds(1), systemd.exec(5)")
	return p.String()
}

// commands are those of ptvd itself, without cobra's own.
func commands(root *cobra.Command) (own []*cobra.Command) {
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() && c.Name() != "completion" {
			own = append(own, c)
		}
	}
	return own
}

func (p *page) flag(f *pflag.Flag) {
	argument, usage := pflag.UnquoteUsage(f)
	name := "--" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	switch f.DefValue {
	case "", "false", "0s":
	default:
		usage += " (default: " + f.DefValue + ")"
	}
	p.term(strings.TrimSpace(name+" "+argument), "", sentence(usage))
}

func small(words string) string { return strings.ToLower(words[:1]) + words[1:] }
