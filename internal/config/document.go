package config

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"os"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"ptvd/internal/gpio/expander"
	"ptvd/internal/schema"
	"ptvd/plugins"
)

// document has the options of the file. [JSONSchema] and [DescribeFile] describe
// it.
type document struct {
	Timezone  zone                     `yaml:"timezone" doc:"the civil time zone, such as Australia/Melbourne; without it the system's"`
	Board     Board                    `yaml:"board" doc:"the real board, or a simulated one" oneof:"periph sim"`
	State     string                   `yaml:"state" doc:"the directory for what outlives a restart; without it $STATE_DIRECTORY, else /var/lib/ptvd"`
	Poll      time.Duration            `yaml:"poll" doc:"how often inputs are read whose chips report no edges, such as those of USB adapters" min:"1ms" max:"1s"`
	HTTP      HTTP                     `yaml:"http" doc:"a page for the browser that shows the board; without it there is none"`
	Expanders map[string]expanderEntry `yaml:"expanders" doc:"I/O expanders by name; the pins of the expander porch are porch.GPA0 and so on"`
	Plugins   []*instance              `yaml:"plugins" doc:"the instances: a name for each, and under it its plugin and options" required:"true"`
}

// Validate checks what the tags cannot express.
func (d document) Validate() error {
	if d.State != "" && !strings.HasPrefix(d.State, "/") {
		return plugins.OptionErrorf("state", "the path of the directory is not absolute; begin it with /")
	}
	return nil
}

// documentDefaults are the defaults that are the same on every machine.
var documentDefaults = document{Board: Periph, Poll: 20 * time.Millisecond}

func (d *decoder) document(root *yaml.Node) *File {
	content := documentDefaults
	content.State, _, _ = strings.Cut(os.Getenv("STATE_DIRECTORY"), ":")
	content.State = cmp.Or(content.State, "/var/lib/ptvd")
	v := reflect.ValueOf(&content).Elem()
	whole := place{node: root}
	d.places[""] = whole
	if root.Kind == yaml.MappingNode {
		d.indent(whole, func(i int) bool { return root.Content[i].Value == "plugins" && isNull(root.Content[i+1]) },
			func(i int) bool { return isInstance(root.Content[i+1]) })
	}
	d.options(whole, target{schema.Must(v.Type()), v})
	expanders := expanderOptions(content.Expanders)
	d.connect(content.Plugins, expanders)
	file := &File{
		Timezone: cmp.Or(content.Timezone.Location, time.Local), StateDir: content.State,
		Board: content.Board, Poll: content.Poll, Expanders: expanders, decoder: d,
	}
	if content.HTTP.Listen != "" {
		file.HTTP = &content.HTTP
	}
	for _, i := range content.Plugins {
		if i.sound {
			i.Config = i.config.Interface()
		}
		file.Instances = append(file.Instances, i.Instance)
	}
	return file
}

// HTTP says where the page for the browser is served, and to whom.
type HTTP struct {
	Listen        string         `yaml:"listen" doc:"the address and port that the page is served on" required:"true"`
	Token         plugins.Secret `yaml:"token" doc:"what a browser must show first; needed where others than this machine can reach the address"`
	Names         []string       `yaml:"names" doc:"names of a proxy through which others reach the page, such as board.example; needs a token"`
	RemoteControl bool           `yaml:"remote_control" doc:"let the web page call the actions of instances"`
}

// Validate refuses an address that cannot be listened on, and one that everybody
// may reach without a token.
func (h HTTP) Validate() error {
	host, port, err := net.SplitHostPort(h.Listen)
	if number, notANumber := strconv.ParseUint(port, 10, 16); err != nil || notANumber != nil || number == 0 {
		return plugins.OptionErrorf("listen", "%s is not an address to listen on; write one as 127.0.0.1:8337", schema.Quote(h.Listen))
	}
	address, err := netip.ParseAddr(host)
	if err != nil && host != "" && host != "localhost" {
		return plugins.OptionErrorf("listen", "%s is not an IP address; write one, or localhost", schema.Quote(host))
	}
	if host != "localhost" && !address.IsLoopback() && !h.Token.Given() {
		return plugins.OptionErrorf("listen", "%s can be reached from other machines, without a token; add token: {credential: ptvd-http}, or listen on 127.0.0.1:%s",
			h.Listen, port)
	}
	if len(h.Names) > 0 && !h.Token.Given() {
		return plugins.OptionErrorf("names", "the page can be reached through the proxy, without a token; add token: {credential: ptvd-http}")
	}
	for _, name := range h.Names {
		if strings.ContainsAny(name, "/: ") {
			return plugins.OptionErrorf("names", "%s is not a host name; write it as board.example", schema.Quote(name))
		}
	}
	return nil
}

// zone is a time zone by its name in the IANA data base.
type zone struct{ *time.Location }

func init() {
	schema.Define[zone](&schema.Kind{One: "a time zone", Several: "time zones", Example: "Australia/Melbourne", Bare: true})
}

func (z *zone) UnmarshalText(text []byte) error {
	name := string(text)
	location, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return fmt.Errorf("unknown time zone; %s", suggestZone(name))
	}
	z.Location = location
	return nil
}

func (z zone) MarshalText() ([]byte, error) { return []byte(z.String()), nil }

func suggestZone(name string) string {
	table, err := os.ReadFile("/usr/share/zoneinfo/zone.tab") // absent on some systems
	if err != nil && runtime.GOARCH == "arm" {
		return "install the package tzdata, or write UTC"
	}
	var zones []string
	for line := range strings.Lines(string(table)) {
		if columns := strings.Split(strings.TrimSpace(line), "\t"); !strings.HasPrefix(line, "#") && len(columns) > 2 {
			zones = append(zones, columns[2])
			if _, city, _ := strings.Cut(columns[2], "/"); strings.EqualFold(city, name) {
				return "did you mean " + columns[2] + "?"
			}
		}
	}
	if near := schema.Nearest(name, zones); near != "" {
		return "did you mean " + near + "?"
	}
	return "write one as Australia/Melbourne or UTC"
}

// expanderEntry is an I/O expander in the file: a model, with its options.
type expanderEntry = plugins.Choice[expanderModel]

type expanderModel interface{ connection() expanderOnBus }

// expanderOnBus is the options of every model.
type expanderOnBus struct {
	I2C     plugins.I2CBus     `yaml:"i2c" doc:"the bus that it is connected to" required:"true"`
	Address plugins.I2CAddress `yaml:"address" doc:"its address on the bus" required:"true"`
	Poll    time.Duration      `yaml:"poll" doc:"how often inputs are read, since it reports no edges" min:"1ms" max:"1s"`
}

func (o *expanderOnBus) connection() expanderOnBus { return *o }

func init() {
	for _, m := range expander.Models {
		plugins.AddMember[expanderModel](m.Name, m.Description, expanderOnBus{Poll: 20 * time.Millisecond})
	}
}

func expanderOptions(entries map[string]expanderEntry) map[string]expander.Options {
	all := map[string]expander.Options{}
	for name, e := range entries {
		all[name] = expander.Options{}
		for _, m := range expander.Models { // none fits what was refused
			if m.Name == e.Name && e.Value != nil {
				o := e.Value.connection()
				all[name] = expander.Options{Model: m, Bus: string(o.I2C), Address: uint16(o.Address), Poll: o.Poll}
			}
		}
	}
	return all
}
