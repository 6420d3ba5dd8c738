package config

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"ptvd/internal/schema"
)

// decoder goes through the nodes of a file once and collects what is wrong.
type decoder struct {
	src    *source
	public bool             // others than the owner can read the file
	places map[string]place // by path: where each value is
	levels []level          // the mappings that are being read, from the whole file inward
	found  Diagnostics
	// refused has the path of each error, also of those that were too many to keep.
	refused []string
}

// place is where a value is in the file: its path, its node, and the key before it.
type place struct {
	path      string
	key, node *yaml.Node
	required  bool // the option cannot be left out
}

// position returns where a diagnostic points: at the value, or at its key if the
// value begins on a line below it.
func (p place) position() position {
	if p.key != nil && (p.node.Line != p.key.Line || isNull(p.node)) {
		return positionOf(p.key)
	}
	return positionOf(p.node)
}

func (p place) option(name string) place {
	return place{path: strings.TrimPrefix(p.path+"."+name, "."), key: p.key, node: p.node}
}

// nearestPlace returns the place of a value or, if the file does not have it, of
// what would contain it.
func (d *decoder) nearestPlace(path string) place {
	for path != "" {
		if at, ok := d.places[path]; ok {
			return at
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return d.places[""]
}

func (d *decoder) error(at place, format string, args ...any) {
	d.report(Error, at.position(), at.path, format, args...)
}

func (d *decoder) report(severity Severity, at position, path, format string, args ...any) {
	if severity == Error {
		d.refused = append(d.refused, path)
	}
	if len(d.found) < maxDiagnostics {
		d.found = append(d.found, d.src.diagnostic(severity, at, path, fmt.Sprintf(format, args...)))
	}
}

// decode reads a value of any type into v, which holds the default.
func (d *decoder) decode(at place, t *schema.Type, v reflect.Value) {
	d.places[at.path] = at
	switch {
	case isNull(at.node):
		d.null(at, t, v)
	case t.Kind == schema.Struct && t.Short != nil && at.node.Kind != yaml.MappingNode:
		d.decode(at.option(t.Short.Name), t.Short.Type, t.Short.In(v))
	case t.Kind == schema.Struct:
		d.options(at, target{t, v})
	case t.Kind == schema.Choice:
		d.choice(at, t, v)
	case t.Kind == schema.List:
		d.list(at, t, v)
	case t.Kind == schema.Map:
		d.dictionary(at, t, v)
	case t.Kind == schema.Secret:
		d.secret(at, v)
	case t.Kind == instances:
		d.instances(at, v)
	default:
		d.single(at, t, v)
	}
}

// null refuses a value that is empty, or null in one of its spellings.
func (d *decoder) null(at place, t *schema.Type, v reflect.Value) {
	what := "missing value"
	if at.node.Value != "" {
		what = "null is not allowed here"
	}
	remove := ", or remove it"
	if at.required {
		remove = ""
	}
	switch {
	case at.key == nil:
		d.error(at, "%s; write %s%s", what, t.Example(v), remove)
	case t.Nullary():
		d.error(at, "%s; write %s without the colon, or options behind it", what, at.key.Value)
	default:
		d.error(at, "%s; write %s: %s%s", what, at.key.Value, t.Example(v), remove)
	}
}

// single reads a value that is not made of others.
func (d *decoder) single(at place, t *schema.Type, v reflect.Value) {
	n := at.node
	if n.Kind != yaml.ScalarNode {
		d.error(at, "expected %s, found %s; write %s", t.One(), describe(n), t.Example(v))
		return
	}
	quoted := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	if quoted && (t.Kind == schema.Bool || t.Kind == schema.Int || t.Kind == schema.Float) {
		d.error(at, "expected %s, found text in quotes; remove the quotes around %s", t.One(), schema.Quote(n.Value))
		return
	}
	value := reflect.New(t.Go).Elem()
	value.Set(v)
	err := t.Set(value, n.Value)
	if err == nil {
		err = t.Check(value)
	}
	if err != nil {
		advice := schema.Unusual(n.Value)
		if notComment.MatchString(n.Value) && !quoted {
			advice = "; a comment begins with a space and #"
		}
		d.error(at, "%v%s", err, advice)
		return
	}
	v.Set(value)
}

// notComment is what people take for a comment.
var notComment = regexp.MustCompile(`\s//|[^\s]#`)

// describe names what was found where something else was expected. The text of a
// single value may be a secret.
func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode && len(n.Content) == 0:
		return "an empty mapping"
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	}
	return "a single value"
}

// list reads a list; a single value is a list of one.
func (d *decoder) list(at place, t *schema.Type, v reflect.Value) {
	items := []*yaml.Node{at.node}
	if at.node.Kind == yaml.SequenceNode {
		items = at.node.Content
	}
	list := reflect.MakeSlice(t.Go, len(items), len(items))
	for i, item := range items {
		entry := place{path: fmt.Sprintf("%s[%d]", at.path, i), node: item}
		if item == at.node {
			entry.key = at.key
		}
		d.decode(entry, t.Elem, list.Index(i))
	}
	if n := at.node; n.Kind == yaml.ScalarNode && n.Style == 0 && strings.Contains(n.Value, ",") && t.Elem.Kind != schema.Action {
		d.report(Warning, at.position(), at.path, "a single value with a comma; write a list in brackets, [a, b], or put the value in quotes")
	}
	v.Set(list)
}

// dictionary reads a map, whose names are free to choose.
func (d *decoder) dictionary(at place, t *schema.Type, v reflect.Value) {
	if at.node.Kind != yaml.MappingNode {
		d.src.hideUnread(at.node, "", t)
		d.error(at, "expected names with values, found %s; write %s", describe(at.node), t.Example(v))
		return
	}
	entries := reflect.MakeMap(t.Go)
	d.pairs(at, t, func(entry place, name string) {
		value := reflect.New(t.Elem.Go).Elem()
		d.decode(entry, t.Elem, value)
		entries.SetMapIndex(reflect.ValueOf(name).Convert(t.Go.Key()), value)
	})
	v.Set(entries)
}
