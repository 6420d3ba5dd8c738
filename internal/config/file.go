package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"ptvd/plugins"
)

// File is a configuration without fault.
type File struct {
	Timezone  *time.Location
	Board     Board
	StateDir  string
	Instances []Instance // in the order of the file

	decoder *decoder // knows what stands where
}

// Board says which kind of board the instances run on.
type Board string

// The boards there are.
const (
	Periph    Board = "periph" // the real one
	Simulated Board = "sim"
)

// Instance is one plugin at work.
type Instance struct {
	Name       string
	Definition plugins.Definition
	Config     any // the plugin's Config, by value, for Definition.New
	OnError    OnError
	Line       int
}

// OnError says what becomes of the daemon when an instance fails.
type OnError string

// What an instance that failed leads to.
const (
	Restart OnError = "restart" // it is started again after a while
	Fail    OnError = "fail"    // the daemon ends
)

// document is the file as its options; what Schema and Describe tell of it.
type document struct {
	Timezone zone        `yaml:"timezone" doc:"the civil time zone, such as Australia/Melbourne; without it the system's"`
	Board    Board       `yaml:"board" doc:"the real board, or a simulated one" oneof:"periph sim"`
	State    string      `yaml:"state" doc:"the directory for what outlives a restart; without it $STATE_DIRECTORY, else /var/lib/ptvd"`
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

// Load reads a configuration. An error is [Faults].
func Load(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, unreadable(path, err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	return Parse(path, data, info.Mode())
}

func unreadable(path string, err error) Faults {
	message := err.Error()
	var pathError *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		message = "there is no such file; name another one by --config"
	case errors.Is(err, fs.ErrPermission):
		message = "this file may not be read; run as its owner, or as a member of its group"
	case errors.As(err, &pathError):
		message = pathError.Err.Error()
	}
	return Faults{{File: path, Message: message}}
}

// Parse reads a configuration from its text. The name stands in the faults, and
// the mode tells whether secrets may stand in the text. An error is [Faults].
func Parse(name string, data []byte, mode fs.FileMode) (*File, error) {
	text, fault := readable(name, data)
	if fault != nil {
		return nil, Faults{*fault}
	}
	src := newSource(name, text)
	root, second, err := parse(text)
	switch {
	case err != nil:
		return nil, src.blind(Faults{src.syntaxFault(text, err)})
	case root == nil || isNull(root):
		return nil, Faults{{File: name, Line: 1, Column: 1, Message: "the file is empty; it needs at least " + example}}
	case second != nil:
		return nil, src.blind(Faults{src.fault(position(second), "", "a second document begins here; a configuration is one: remove the ---")})
	}
	nodes, faults := src.guard(root)
	if len(faults) > 0 {
		return nil, src.blind(faults)
	}
	d := &decoder{src: src, nodes: nodes, public: mode.Perm()&0o004 != 0, spots: map[string]spot{}}
	file := d.document(root)
	if d.count > 0 {
		return nil, src.finish(d.faults)
	}
	return file, nil
}

const example = "plugins: {NAME: {plugin: PLUGIN}}"

// blind finishes the faults of a text in which nobody knows yet what is a secret.
func (s *source) blind(faults Faults) Faults {
	secrets := secretNames()
	for _, f := range faults {
		s.hideNamed(f.Line, secrets)
	}
	return s.finish(faults)
}

func (d *decoder) document(root *yaml.Node) *File {
	content := document{Board: Periph, State: stateDirectory()}
	v := reflect.ValueOf(&content).Elem()
	d.options(spot{node: root}, target{shapeOf(v.Type(), ""), v})
	d.connect(content.Plugins)
	file := &File{
		Timezone: content.Timezone.location(), Board: content.Board, StateDir: content.State,
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

// At places an error that an instance's New returned, as Validate's are placed:
// a [plugins.Fault] at its option, any other error at the instance. The result is
// [Faults].
func (f *File) At(instance string, err error) error {
	d := *f.decoder
	d.faults, d.count = nil, 0
	d.locate(d.spots["plugins."+instance], err)
	return d.src.finish(d.faults)
}

var instanceName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)
