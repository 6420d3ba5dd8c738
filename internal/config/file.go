// Package config turns a YAML file into validated plugin instances, and reports
// everything that is wrong with it at once: each [Diagnostic] with file, line and
// column, the option's path, what was found, what is allowed, the nearest valid
// spelling, and the source line with a caret.
//
//	ptvd.yaml:9:12: plugins.trains.every: 30 has no unit; write 30s
//	   9 |     every: 30
//	     |            ^
//
// The text is parsed into YAML nodes once. From then on the schema of a plugin's
// Config, see package schema, decides everything: what is decoded, what [Describe]
// tells people, and what [JSONSchema] tells editors.
//
// Nothing is guessed: an unknown option, an option given twice, an empty value
// and a value of another type are errors. Secrets never appear in a diagnostic.
//
// A file of any content ends in a [File] or in [Diagnostics], soon and within
// bounded memory: it may have 128 KiB and a nesting of 32, and neither aliases
// nor tags.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"syscall"
	"time"

	"ptvd/internal/gpio/expander"
	"ptvd/internal/host"
	"ptvd/internal/schema"
	"ptvd/plugins"
)

// File is a configuration without errors.
type File struct {
	Timezone  *time.Location
	Board     Board
	StateDir  string
	HTTP      *HTTP         // nil: no page is served
	Poll      time.Duration // of inputs that report no edges
	Expanders map[string]expander.Options
	Instances []Instance  // in the order of the file
	Warnings  Diagnostics // none of them is an error
	Panics    Diagnostics // errors of single instances, with which the others can be started

	decoder *decoder // knows where everything is in the text
}

// Board says which kind of board the instances run on.
type Board string

// The boards there are.
const (
	Periph    Board = "periph" // the real one
	Simulated Board = "sim"
)

// Instance is a configured plugin.
type Instance struct {
	Name       string
	Definition host.Definition
	Config     any // the plugin's Config, by value, for Definition.New
	OnError    OnError
	Line       int
}

// OnError says what happens to the daemon when an instance fails.
type OnError string

// What the failure of an instance leads to.
const (
	Restart OnError = "restart" // it is started again after a while
	Fail    OnError = "fail"    // the daemon exits
)

// pipeTimeout limits how long Load waits for what is written to a pipe.
var pipeTimeout = 5 * time.Second

// Load reads a configuration from a file or a pipe, such as /dev/stdin. An error
// is of type [Diagnostics].
func Load(path string) (*File, error) {
	data, mode, err := read(path)
	if err != nil {
		return nil, Diagnostics{{Severity: Error, File: cmp.Or(path, `""`), Message: unreadable(err)}}
	}
	return Parse(path, data, mode)
}

func read(path string) ([]byte, fs.FileMode, error) {
	// Opening a device can start it, as with a watchdog, so its type is checked first.
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	pipe := info.Mode()&fs.ModeNamedPipe != 0
	if !info.Mode().IsRegular() && !info.IsDir() && !pipe {
		return nil, 0, errors.New("not a regular file, but a device or a socket")
	}
	// Without O_NONBLOCK, opening a pipe blocks until it has a writer.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	if pipe {
		if err := f.SetReadDeadline(time.Now().Add(pipeTimeout)); err != nil {
			return nil, 0, err
		}
	}
	if info, err = f.Stat(); err != nil {
		return nil, 0, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err == nil && pipe && len(data) == 0 {
		err = errors.New("nothing was written to this pipe")
	}
	return data, info.Mode(), err
}

func unreadable(err error) string {
	pathError, ok := errors.AsType[*fs.PathError](err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file or directory; name another file with --config"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied; run as the owner of the file or as a member of its group"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Sprintf("the writer of this pipe did not finish within %v", pipeTimeout)
	case ok:
		return pathError.Err.Error()
	}
	return err.Error()
}

// Parse reads a configuration from its text. The name stands in the diagnostics,
// and the mode tells whether secrets may stand in the text. An error is of type
// [Diagnostics].
func Parse(name string, data []byte, mode fs.FileMode) (*File, error) {
	src, root, found := parseYAML(name, data)
	if found != nil {
		return nil, found
	}
	d := &decoder{src: src, public: mode.Perm()&0o004 != 0, places: map[string]place{}}
	file := d.document(root)
	_ = src.finish(d.found) // in place
	if len(d.refused) > 0 {
		return nil, d.found
	}
	file.Warnings = d.found
	return file, nil
}

// Locate turns an error about an option or an instance, such as one that its New
// returned, into diagnostics, as if the Validate of what stands at the path had
// returned it.
func (f *File) Locate(path string, err error) Diagnostics {
	d := *f.decoder
	d.found, d.refused = nil, nil
	for _, part := range parts(err) {
		d.locate(d.nearestPlace(path), part)
	}
	return d.src.finish(d.found.AsErrors()) // without New's result the instance cannot run
}

// Panicked adds that the plugin of an instance has panicked.
func (f *File) Panicked(i Instance, err error) {
	d := *f.decoder
	d.found = nil
	d.panicked(d.nearestPlace("plugins."+i.Name), i.Definition.Name, err)
	f.Panics = append(f.Panics, d.src.finish(d.found)...)
}

// Warn adds a warning about an option by its path; empty: about the file.
func (f *File) Warn(path, message string) {
	d := *f.decoder
	d.found = nil
	d.report(Warning, d.nearestPlace(path).position(), path, "%s", message)
	f.Warnings = d.src.finish(append(f.Warnings, d.found...))
}

// Secrets returns the secrets of the file, by the paths of their options.
func (f *File) Secrets() map[string]plugins.Secret {
	found := map[string]plugins.Secret{}
	if f.HTTP != nil && f.HTTP.Token.Given() {
		found["http.token"] = f.HTTP.Token
	}
	for _, i := range f.Instances {
		i.walk(func(path string, _ *schema.Type, v reflect.Value) {
			if secret, ok := reflect.TypeAssert[plugins.Secret](v); ok {
				found["plugins."+i.Name+"."+path] = secret
			}
		})
	}
	return found
}

// Part is a part of the board that an instance's options name.
type Part struct {
	Kind   *schema.Kind // schema.Pin, which is an input or an output, SPI, PWM, I2C or UART
	Name   string       // as it is written: GPIO17, /dev/spidev0.0
	Option string       // below the instance: encoder.a
}

// Parts returns what the instance takes of the board, in the order of its plugin's
// options.
func (i Instance) Parts() []Part {
	var parts []Part
	i.walk(func(path string, t *schema.Type, v reflect.Value) {
		switch t.Kind {
		case schema.Pin, schema.SPI, schema.PWM, schema.I2C, schema.UART:
			parts = append(parts, Part{t.Kind, v.String(), path})
		}
	})
	return parts
}

// walk calls see for each value of the instance's options, with its path below it.
func (i Instance) walk(see func(path string, t *schema.Type, v reflect.Value)) {
	config := schema.Copy(reflect.ValueOf(i.Config))
	schema.Must(config.Type()).Walk("", config, func(path string, t *schema.Type, v reflect.Value) {
		see(strings.TrimPrefix(path, "."), t, v)
	})
}
