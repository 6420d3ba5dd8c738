package main

import (
	"strings"

	"ptvd/configs"
	"ptvd/internal/config"
	"ptvd/plugins"
)

// configuration is ptvd.yaml(5): every option of every plugin, in the words of the
// tags that decode it.
func configuration(date string) string {
	p := newPage("ptvd.yaml", "5", date, "File formats")
	p.section("Name")
	p.WriteString(escape("ptvd.yaml - the configuration of ptvd(8)") + "\n")

	p.section("Synopsis")
	p.WriteString("\\fB/etc/ptvd/ptvd.yaml\\fP\n")

	p.section("Description")
	p.text(`The file is YAML. It has a few options of its own, and under plugins a name for each
instance, its plugin and the options of that plugin. Nothing is guessed: an option
that does not exist is a fault, and so is a value of another kind.

"ptvd check" says everything that is wrong with the file, with line and column.
"systemctl reload ptvd" reads it again: instances that did not change do not notice, and
of a file with a fault nothing is taken. A change of board, state or http needs
"systemctl restart ptvd".`)

	p.section("Values")
	for _, value := range [][2]string{
		{"duration", "A number with its unit: 100ms, 30s, 10m, 1h30m."},
		{"percentage", "A number with its sign: 40%."},
		{"time of day, part of the day", "22:30 and 22:30-06:00."},
		{"list", "[a, b], or below each other, each behind a hyphen. A list of one may be written as its one value."},
		{"GPIO line, PWM output, SPI port", `GPIO17, GPIO18, SPI0.0. "ptvd pins" lists what the board has.`},
		{"instance", "The name of another instance. Names are yours to choose: small letters, digits, hyphens."},
		{"action", "What an instance can be told, such as panel.next; some take a word behind a space."},
		{"secret", "{credential: NAME}, {file: /PATH} or {env: NAME}. In a file that only its owner can read, it may be the secret itself."},
	} {
		p.term(value[0], "", value[1])
	}

	p.section("Options of the file")
	p.options("", config.DescribeFile())
	p.section("Options of every instance")
	p.options("", config.DescribeInstance())
	for _, plugin := range plugins.All() {
		p.plugin(plugin)
	}

	p.section("Examples")
	p.verbatim(configs.Door)
	p.verbatim(configs.Strip)

	p.section("Files")
	p.term("/usr/share/doc/ptvd/examples/reference.yaml", "", "A file with every option and its words.")
	p.term("/usr/share/ptvd/ptvd.schema.json", "", "The JSON Schema of the file, for editors.")
	p.section("See also")
	p.text("ptvd(8), systemd-creds(1)")
	return p.String()
}

func (p *page) plugin(plugin plugins.Definition) {
	p.section("Options of " + plugin.Name)
	p.text(sentence(plugin.Doc))
	p.options("", config.Describe(plugin))
	if len(plugin.Topics) > 0 {
		p.subsection("What it publishes")
		for _, topic := range plugin.Topics {
			p.term(topic.Name, "", sentence(topic.Doc))
		}
	}
	if len(plugin.Actions) > 0 {
		p.subsection("Its actions")
		for _, action := range plugin.Actions {
			p.term(action.Name, action.Arg, sentence(action.Doc))
		}
	}
}

// options writes each option with its whole path, as the faults of a file name it.
func (p *page) options(prefix string, options []config.Option) {
	for _, o := range options {
		p.term(prefix+o.Name, note(o), words(o))
		p.options(prefix+o.Name+".", o.Options)
	}
}

// note is "duration, 15s to 24h; default 10m".
func note(o config.Option) string {
	var kind []string
	if o.Type != "options" && (o.Type != "text" || o.Allowed == "") { // what follows tells more
		kind = append(kind, o.Type)
	}
	if o.Allowed != "" {
		kind = append(kind, o.Allowed)
	}
	notes := strings.Join(kind, ", ")
	switch {
	case o.Required:
		notes += "; required"
	case o.Default != "":
		notes += "; default " + o.Default
	}
	return strings.TrimPrefix(notes, "; ")
}

func words(o config.Option) string {
	words := o.Doc
	if o.Short {
		words += "; its value alone may stand for the group"
	}
	return sentence(words)
}
