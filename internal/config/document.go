package config

import (
	"os"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"

	"ptvd/plugins"
)

// document is the file as its options; what Schema and Describe tell of it.
type document struct {
	Timezone zone        `yaml:"timezone" doc:"the civil time zone, such as Australia/Melbourne; without it the system's"`
	Board    Board       `yaml:"board" doc:"the real board, or a simulated one" oneof:"periph sim"`
	State    string      `yaml:"state" doc:"the directory for what outlives a restart; without it $STATE_DIRECTORY, else /var/lib/ptvd"`
	HTTP     *HTTP       `yaml:"http" doc:"a page for the browser that shows the board; without it there is none"`
	Plugins  []*instance `yaml:"plugins" doc:"the instances: a name for each, and under it its plugin and options" required:"true"`
}

// Validate checks what the tags cannot say.
func (d document) Validate() error {
	if d.State != "" && !strings.HasPrefix(d.State, "/") {
		return plugins.Fault("state", "a directory is given with its whole path, from / on")
	}
	return nil
}

// common are the options that every instance has beside its plugin's.
type common struct {
	Plugin  string  `yaml:"plugin" doc:"which plugin it is" required:"true"`
	OnError OnError `yaml:"on_error" doc:"when it fails: restart it alone, or let the daemon fail" oneof:"restart fail"`
}

func (d *decoder) document(root *yaml.Node) *File {
	content := document{Board: Periph, State: stateDirectory()}
	v := reflect.ValueOf(&content).Elem()
	whole := spot{node: root}
	d.spots[""] = whole
	d.options(whole, target{shapeOf(v.Type(), ""), v})
	d.connect(content.Plugins)
	file := &File{
		Timezone: content.Timezone.location(), Board: content.Board, StateDir: content.State, HTTP: content.HTTP,
		decoder: d,
	}
	for _, i := range content.Plugins {
		if i.sound {
			i.Config = i.config.Interface()
		}
		file.Instances = append(file.Instances, i.Instance)
	}
	return file
}

func stateDirectory() string {
	if dir, _, _ := strings.Cut(os.Getenv("STATE_DIRECTORY"), ":"); dir != "" {
		return dir
	}
	return "/var/lib/ptvd"
}
