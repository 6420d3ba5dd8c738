package main

import (
	"fmt"
	"strings"

	"ptvd/configs"
	"ptvd/internal/config"
	"ptvd/internal/host"
)

// configuration returns ptvd.yaml(5), with every option of every plugin. The text comes
// from the struct tags that the options are decoded by.
func configuration(date string) string {
	p := newPage("ptvd.yaml", "5", date, "File formats", "configuration file of ptvd(8)")
	p.section("Synopsis")
	p.WriteString("\\fB/etc/ptvd/ptvd.yaml\\fP\n")

	p.section("Description")
	p.text(`The file is YAML. It has a few global options, and under plugins an entry for each
instance: its name, its plugin and the options of that plugin. An unknown option or a
value of the wrong type is an error.

An option is a name, a colon, a space and a value. What belongs to a name stands below
it, indented by two more spaces, not by tabs; or behind it in braces. An option of
another one is listed here by its path: device.max7219.spi is

  device:
    max7219:
      spi: SPI0.0

or device: {max7219: {spi: SPI0.0}}. A comment begins with a space and #.

"ptvd check" reports every error with line and column. "systemctl reload ptvd" reloads
the file: instances whose options did not change keep running, and if the file has an
error, the previous configuration stays in use. To change board, state or http, use
"systemctl restart ptvd".`)

	p.section("Values")
	for _, value := range [][2]string{
		{"duration", "A number with a unit: 100ms, 30s, 10m, 1h30m."},
		{"percentage", "A number with a percent sign: 40%."},
		{"time of day, part of the day", "22:30 and 22:30-06:00."},
		{"list", "[a, b], or one value a line, each after a hyphen and a space. A list of one may be written as a single value."},
		{"GPIO line, PWM output, SPI port", `GPIO17, GPIO18, SPI0.0. "ptvd pins" lists what the board has.`},
		{"instance", "The name of another instance. Names consist of lower-case letters, digits and hyphens."},
		{"action", "An action of an instance, such as panel.next; some take an argument after a space."},
		{"secret", "{credential: NAME}, {file: /PATH} or {env: NAME}. In a file that only its owner and group can read, it may be the secret itself."},
	} {
		p.term(value[0], "", value[1])
	}

	p.section("Global options")
	p.options("", config.DescribeFile())
	p.section("Options of every instance")
	p.options("", config.DescribeInstance())
	for _, plugin := range host.All() {
		p.plugin(plugin)
	}

	p.section("Examples")
	p.verbatim(configs.Door)
	p.verbatim(configs.Strip)

	p.section("Files")
	p.term("/usr/share/doc/ptvd/examples/reference.yaml", "", "An example with every option and its description.")
	p.term("/usr/share/ptvd/ptvd.schema.json", "", "The JSON Schema of the configuration file, for editors.")
	p.section("See also")
	p.text("ptvd(8), systemd-creds(1)")
	return p.String()
}

func (p *page) plugin(plugin host.Definition) {
	p.section("Options of " + plugin.Name)
	p.text(sentence(plugin.Doc))
	p.options("", config.Describe(plugin))
	if len(plugin.Topics) > 0 {
		p.subsection("Topics")
		for _, topic := range plugin.Topics {
			p.term(topic.Name, fmt.Sprintf("%s, %v", topic.Class, topic.Type), sentence(topic.Doc))
		}
	}
	if len(plugin.Actions) > 0 {
		p.subsection("Actions")
		for _, action := range plugin.Actions {
			p.term(action.Name, action.Arg, sentence(action.Doc))
		}
	}
}

// options writes each option with its path, as errors name it.
func (p *page) options(prefix string, options []config.Option) {
	for _, o := range options {
		p.term(prefix+o.Name, note(o), sentence(o.Doc))
		p.options(prefix+o.Name+".", o.Options)
	}
}

// note returns for example "duration, 15s to 24h; default 10m".
func note(o config.Option) string {
	var kind []string
	if o.Type != "options" && (o.Type != "text" || o.Allowed == "") { // allowed values or members follow
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
