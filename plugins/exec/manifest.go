package exec

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ptvd/internal/limited"
	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// Program is a program with its manifest.
type Program struct {
	Path     string
	manifest Manifest
	problem  error // why the manifest cannot be used
}

// UnmarshalText reads the path, and the manifest.
func (p *Program) UnmarshalText(text []byte) error {
	path := string(text)
	if !filepath.IsAbs(path) || path != filepath.Clean(path) {
		return fmt.Errorf("not an absolute path; write it as in /usr/local/lib/ptvd/clock")
	}
	*p = Program{Path: path}
	data, err := limited.ReadFile(path+ManifestSuffix, maxManifest)
	if err == nil {
		p.manifest, p.problem = ParseManifest(data)
	} else {
		p.problem = fmt.Errorf("no manifest: %w", err)
	}
	return nil
}

// String returns the path.
func (p Program) String() string { return p.Path }

const (
	// ManifestSuffix follows the name of a program in the name of its manifest.
	ManifestSuffix = ".json"
	// maxManifest limits, in bytes, the length of a manifest.
	maxManifest = 64 << 10
)

// Manifest says what a program is.
type Manifest struct {
	Doc     string            `json:"doc"` // one sentence for people
	Options map[string]Option `json:"options"`
	Topics  map[string]Topic  `json:"topics"`
	Actions map[string]Action `json:"actions"`
	Digest  string            `json:"-"` // the SHA-256 digest of the text, in lower-case hexadecimal
}

// Option is an option of a program.
type Option struct {
	Type     string   `json:"type"`    // text, whole, number, bool or duration
	Doc      string   `json:"doc"`     // a sentence for people
	Default  string   `json:"default"` // as it would be written; empty: none
	Required bool     `json:"required"`
	OneOf    []string `json:"oneof"`
	Min      string   `json:"min"` // as it would be written
	Max      string   `json:"max"`
}

// Topic is what a program publishes.
type Topic struct {
	Type   string  `json:"type"` // of the payload: reading, text, or empty for any JSON
	Doc    string  `json:"doc"`
	Class  string  `json:"class"`     // state or event
	MaxAge float64 `json:"max_age_s"` // of a state: the age from which it says nothing any more; 0: it always holds
}

// Action is what a program can be asked to do.
type Action struct {
	Doc string `json:"doc"`
	Arg string `json:"arg"` // what its argument is; empty: it has none
}

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// ParseManifest reads a manifest.
func ParseManifest(data []byte) (m Manifest, err error) {
	if len(data) > maxManifest {
		return Manifest{}, fmt.Errorf("invalid manifest: it has more than %d bytes", maxManifest)
	}
	if err = decode(data, &m); err == nil {
		err = m.check()
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("invalid manifest: %w", err)
	}
	digest := sha256.Sum256(data)
	m.Digest = hex.EncodeToString(digest[:])
	return m, nil
}

// check returns the first fault in the order of the names.
func (m Manifest) check() error {
	for _, name := range slices.Concat(keys(m.Options), keys(m.Topics), keys(m.Actions)) {
		if !nameForm.MatchString(name) {
			return fmt.Errorf("%q is not a name of at most 32 lower-case letters, digits and _ that begins with a letter", name)
		}
	}
	for _, name := range keys(m.Options) {
		if err := m.Options[name].check(); err != nil {
			return fmt.Errorf("options.%s: %w", name, err)
		}
	}
	for _, name := range keys(m.Topics) {
		topic := m.Topics[name]
		switch {
		case name == "health":
			return errors.New("topics.health: the daemon publishes it")
		case topic.Class != "state" && topic.Class != "event":
			return fmt.Errorf("topics.%s: the class is state or event, not %q", name, topic.Class)
		case payloads[topic.Type] == nil:
			return fmt.Errorf("topics.%s: unknown type %q; there is %s", name, topic.Type, listed(payloads))
		case topic.MaxAge < 0 || topic.MaxAge > time.Duration(1<<62).Seconds():
			return fmt.Errorf("topics.%s: max_age_s is out of range", name)
		}
	}
	return nil
}

func (o Option) check() error {
	switch {
	case o.Doc == "":
		return errors.New("doc is missing")
	case parsers[o.Type] == nil:
		return fmt.Errorf("unknown type %q; there is %s", o.Type, listed(parsers))
	}
	_, least, minErr := parsers[o.Type](o.Min)
	_, most, maxErr := parsers[o.Type](o.Max)
	switch {
	case o.Min != "" && minErr != nil:
		return fmt.Errorf("min: %w", minErr)
	case o.Max != "" && maxErr != nil:
		return fmt.Errorf("max: %w", maxErr)
	case o.Min != "" && o.Max != "" && least > most:
		return fmt.Errorf("min %s is greater than max %s", o.Min, o.Max)
	case o.Default != "":
		if _, err := o.read(o.Default); err != nil {
			return fmt.Errorf("default: %w", err)
		}
	}
	return nil
}

// parsers read the values of the types, and return what the program gets and, of a type
// with limits, the number that they are compared by.
var parsers = map[string]func(text string) (value any, size float64, err error){
	"text": func(text string) (any, float64, error) { return text, 0, nil },
	"whole": func(text string) (any, float64, error) {
		n, err := strconv.ParseInt(text, 10, 53)
		if err != nil {
			return nil, 0, fmt.Errorf("%q is not a whole number", text)
		}
		return n, float64(n), nil
	},
	"number": func(text string) (any, float64, error) {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n-n != 0 {
			return nil, 0, fmt.Errorf("%q is not a number", text)
		}
		return n, n, nil
	},
	"bool": func(text string) (any, float64, error) {
		if text != "true" && text != "false" {
			return nil, 0, fmt.Errorf("%q is neither true nor false", text)
		}
		return text == "true", 0, nil
	},
	"duration": func(text string) (any, float64, error) {
		d, err := time.ParseDuration(text)
		if err != nil {
			return nil, 0, fmt.Errorf("%q is not a duration; write a number and a unit: 100ms, 5s, 10m or 1h30m", text)
		}
		return d.Seconds(), d.Seconds(), nil
	},
}

func (o Option) read(text string) (any, error) {
	value, size, err := parsers[o.Type](text)
	if err != nil {
		return nil, err
	}
	if len(o.OneOf) > 0 && !slices.Contains(o.OneOf, text) {
		return nil, fmt.Errorf("%q is not one of %s", text, strings.Join(o.OneOf, ", "))
	}
	_, least, _ := parsers[o.Type](o.Min)
	_, most, _ := parsers[o.Type](o.Max)
	if o.Min != "" && size < least || o.Max != "" && size > most {
		return nil, fmt.Errorf("%s is out of range; write %s", text, o.limits())
	}
	return value, nil
}

func (o Option) limits() string {
	switch {
	case o.Max == "":
		return "at least " + o.Min
	case o.Min == "":
		return "at most " + o.Max
	}
	return o.Min + " to " + o.Max
}

// values returns the options that a configuration gives, and the defaults of the others.
func (m Manifest) values(given map[string]string) (map[string]any, error) {
	values, wrong := map[string]any{}, []error{}
	for _, name := range keys(given) {
		option, ok := m.Options[name]
		if !ok {
			wrong = append(wrong, plugins.OptionErrorf("options."+name, "the program has no such option; there is %s", listed(m.Options)))
			continue
		}
		var err error
		if values[name], err = option.read(given[name]); err != nil {
			wrong = append(wrong, plugins.OptionErrorf("options."+name, "%w", err))
		}
	}
	for _, name := range keys(m.Options) {
		option := m.Options[name]
		if _, ok := given[name]; ok {
			continue
		}
		if option.Required {
			wrong = append(wrong, plugins.OptionErrorf("options", "the program's option %s is missing (%s)", name, option.Doc))
		} else if option.Default != "" {
			values[name], _, _ = parsers[option.Type](option.Default)
		}
	}
	return values, errors.Join(wrong...)
}

type publisher struct {
	list    plugins.TopicList // it alone
	publish func(env plugins.Env, value json.RawMessage) error
}

// payloads make topics of the types that a manifest may name.
var payloads = map[string]func(name, doc string, class plugins.Class) publisher{
	"": newTopic(func(value json.RawMessage) *json.RawMessage { return &value }),
	"reading": newTopic(func(r struct {
		Value *float64 `json:"value"`
		Unit  string   `json:"unit"`
	},
	) *topics.Reading {
		if r.Value == nil {
			return nil
		}
		return &topics.Reading{Value: *r.Value, Unit: r.Unit}
	}),
	"text": newTopic(func(text *topics.Text) *topics.Text { return text }),
}

// newTopic makes topics whose payload is made of the JSON value J; nil: there is no payload.
func newTopic[J, T any](payload func(J) *T) func(name, doc string, class plugins.Class) publisher {
	return func(name, doc string, class plugins.Class) publisher {
		topic := plugins.NewTopic[T](name, doc, class)
		return publisher{plugins.Topics(topic), func(env plugins.Env, value json.RawMessage) error {
			var read J
			if err := decode(value, &read); err != nil {
				return fmt.Errorf("the value is not of the topic's type: %w", err)
			}
			p := payload(read)
			if p == nil {
				return errors.New("the value is null; publish nothing until there is one")
			}
			topic.Set(env, *p)
			return nil
		}}
	}
}

func (m Manifest) handles() map[string]publisher {
	all := map[string]publisher{}
	for name, t := range m.Topics {
		class := plugins.State(time.Duration(t.MaxAge * float64(time.Second)))
		if t.Class == "event" {
			class = plugins.Events()
		}
		all[name] = payloads[t.Type](name, t.Doc, class)
	}
	return all
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// listed returns the names of a table for a message.
func listed[V any](m map[string]V) string { return cmp.Or(strings.Join(keys(m), ", "), "none") }
