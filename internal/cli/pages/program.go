package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// program returns ptvd(8).
func program(root *cobra.Command, date string) string {
	p := newPage("ptvd", "8", date, "System administration", strings.ToLower(root.Short[:1])+root.Short[1:])
	p.section("Synopsis")
	for _, c := range commands(root) {
		fmt.Fprintf(p, "\\fB%s\\fP\n.br\n", escape("ptvd "+c.Use))
	}

	p.section("Description")
	p.text(`ptvd runs the plugin instances that its configuration file declares. Plugins
synchronize the clock by NTP, fetch departures, show them on an LED panel, read buttons
and dim lamps. ptvd.service starts it at boot. The configuration file is described in
ptvd.yaml(5).`)

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
	p.term("SIGTERM, SIGINT", "", "Stop: switch panels off, set lamps as at_stop says, and release GPIO lines. A second signal exits at once.")
	p.term("SIGHUP", "", "Reload the configuration. If it has an error, the previous configuration stays in use.")
	p.term("SIGUSR1", "", "Log the state of every task and instance.")

	p.section("Exit status")
	p.term("0", "", "Success.")
	p.term("1", "", "Failure.")
	p.term("64", "", "Invalid command line.")
	p.term("78", "", "Invalid configuration.")

	p.section("Files")
	p.term("/etc/ptvd/ptvd.yaml", "", "The configuration file.")
	p.term("/etc/credstore/, /etc/credstore.encrypted/", "", "Credentials of the service: the files ptv-id, ptv-key and ptvd-http.")
	p.term("/var/lib/ptvd/", "", "State that is kept across restarts, for example the level of a lamp.")
	p.term("/usr/share/ptvd/ptvd.schema.json", "", "The JSON Schema of the configuration file, for editors.")
	p.term("/usr/share/doc/ptvd/", "", "README.md describes wiring, credentials and troubleshooting; examples/ has complete configurations.")

	p.section("See also")
	p.text("ptvd.yaml(5), journalctl(1), systemd-creds(1), systemd.exec(5)")
	return p.String()
}

// commands returns the commands without those that cobra adds.
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
