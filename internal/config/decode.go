package config

import (
	"fmt"
	"reflect"

	"gopkg.in/yaml.v3"
)

// decoder walks the nodes of a file once and collects what is wrong.
type decoder struct {
	src    *source
	nodes  []*yaml.Node // all of them, in the order of the text
	public bool         // others than the owner can read the file
	faults Faults
	count  int             // of faults, also of those that were too many to keep
	spots  map[string]spot // by path: where each value stands
}

// spot is where a value stands: its path, its node, and the key before it.
type spot struct {
	path      string
	key, node *yaml.Node
}

// at is the place to point at: the value, but the key of what begins on a line
// below it.
func (s spot) at() point {
	if s.key != nil && (s.node.Line != s.key.Line || isNull(s.node)) {
		return position(s.key)
	}
	return position(s.node)
}

func (s spot) option(name string) spot { return spot{s.path + "." + name, s.key, s.node} }

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func (d *decoder) fault(at point, path, format string, args ...any) {
	d.count++
	if len(d.faults) < maxFaults {
		d.faults = append(d.faults, d.src.fault(at, path, fmt.Sprintf(format, args...)))
	}
}

// decode reads a value of any shape into v, which holds the default.
func (d *decoder) decode(at spot, s *shape, v reflect.Value) {
	d.spots[at.path] = at
	if isNull(at.node) {
		d.fault(at.at(), at.path, "this is empty; %s", s.instead(at, v))
		return
	}
	switch s.kind {
	case kindPointer:
		target := reflect.New(s.typ.Elem())
		if !v.IsNil() {
			target = v
		}
		v.Set(target)
		d.decode(at, s.elem, v.Elem())
	case kindStruct:
		d.structure(at, s, v)
	case kindOneOf:
		d.choice(at, s, v)
	case kindList:
		d.list(at, s, v)
	case kindMap:
		d.dictionary(at, s, v)
	case kindSecret:
		d.secret(at, v)
	case kindInstances:
		d.instances(at, v)
	default:
		d.scalar(at, s, v)
	}
}

func (d *decoder) scalar(at spot, s *shape, v reflect.Value) {
	n := at.node
	if n.Kind != yaml.ScalarNode {
		d.fault(at.at(), at.path, "%s stands where %s belongs; write %s", found(n), s.words(), s.example(v))
		return
	}
	quoted := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	if quoted && (s.kind == kindBool || s.kind == kindInt || s.kind == kindFloat) {
		d.fault(at.at(), at.path, "%s is in quotes, which makes it text; write %s without", quote(n.Value), s.words())
		return
	}
	value := reflect.New(s.typ).Elem()
	value.Set(v)
	err := s.set(value, n.Value)
	if err == nil {
		err = s.check(value)
	}
	if err != nil {
		d.fault(at.at(), at.path, "%v", err)
		return
	}
	v.Set(value)
}

// found names what stands in the place of something else.
func found(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a group of options"
	case yaml.SequenceNode:
		return "a list"
	}
	return quote(n.Value)
}

// structure reads options; a value alone is the short form of some structs.
func (d *decoder) structure(at spot, s *shape, v reflect.Value) {
	if at.node.Kind != yaml.MappingNode && s.short != nil {
		d.decode(at.option(s.short.name), s.short.shape, v.Field(s.short.index))
		return
	}
	d.options(at, target{s, v})
}

// target is a struct that takes options. An instance has two: its plugin's
// Config, and what all instances have.
type target struct {
	shape *shape
	value reflect.Value
}

// options reads the options of a mapping into the structs that have them.
func (d *decoder) options(at spot, targets ...target) {
	before := d.count
	var known []string
	var shapes []*shape
	for _, t := range targets {
		known = append(known, names(t.shape.fields)...)
		shapes = append(shapes, t.shape)
	}
	if at.node.Kind != yaml.MappingNode {
		d.unread(at.node, "", shapes...)
		d.fault(at.at(), at.path, "%s stands where options belong; write them as name: value, one a line: %s", d.foundHere(at), join(known, "and"))
		return
	}
	given := map[string]bool{}
	d.pairs(at, shapes, func(entry spot, name string) {
		given[name] = true
		for _, t := range targets {
			if f := t.shape.field(name); f != nil {
				d.decode(entry, f.shape, t.value.Field(f.index))
				return
			}
		}
		d.unread(entry.node, name, shapes...)
		d.fault(position(entry.key), at.path, "there is no option %s; %s", quote(name), meant(name, known))
	})
	for _, t := range targets {
		for _, f := range t.shape.fields {
			if f.required && !given[f.name] {
				d.fault(at.at(), at.path, "%s is missing (%s); write %s: %s", f.name, f.doc, f.name, f.shape.example(t.value.Field(f.index)))
			}
		}
	}
	// What tags cannot say is asked only of what is well-formed.
	for _, t := range targets {
		if v, ok := t.value.Addr().Interface().(interface{ Validate() error }); ok && d.count == before {
			d.locate(at, v.Validate())
		}
	}
}

func (d *decoder) foundHere(at spot) string {
	if at.node.Kind == yaml.ScalarNode {
		return "a single value" // which may be a secret
	}
	return found(at.node)
}

// unread masks a value that nothing decodes if it could be a secret: where the
// name that was meant is one of a secret, or nobody knows which was meant.
func (d *decoder) unread(n *yaml.Node, name string, shapes ...*shape) {
	for _, s := range shapes {
		if f := s.field(nearest(name, names(s.fields))); f != nil && !f.shape.secretive {
			return
		}
	}
	for _, s := range shapes {
		if s.secretive {
			d.src.hide(n, d.nodes)
		}
	}
}

// pairs goes over the entries of a mapping, and refuses names given twice.
// The shapes are of what takes them.
func (d *decoder) pairs(at spot, shapes []*shape, entry func(spot, string)) {
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(at.node.Content); i += 2 {
		key, node := at.node.Content[i], at.node.Content[i+1]
		path := at.path + "." + key.Value
		if at.path == "" {
			path = key.Value
		}
		switch earlier := first[key.Value]; {
		case key.Kind != yaml.ScalarNode || isNull(key) || key.Value == "":
			d.unread(node, key.Value, shapes...)
			d.fault(position(key), at.path, "the name before a colon is a single word; this is %s", d.foundHere(spot{node: key}))
		case key.ShortTag() == "!!merge":
			d.unread(node, key.Value, shapes...)
			d.fault(position(key), at.path, "merge keys (<<) are not supported: write the options out")
		case earlier != nil:
			d.unread(node, key.Value, shapes...)
			d.fault(position(key), at.path, "%s is given twice; it stands in line %d already", quote(key.Value), earlier.Line)
		default:
			first[key.Value] = key
			entry(spot{path, key, node}, key.Value)
		}
	}
}

// choice reads a struct of which exactly one field is given.
func (d *decoder) choice(at spot, s *shape, v reflect.Value) {
	usual := reflect.New(s.typ).Elem()
	usual.Set(v)
	choices := names(s.fields)
	take := func(at spot, name string, bare bool) {
		f := s.field(name)
		switch {
		case f == nil:
			d.unread(at.node, name, s)
			d.fault(position(at.key), at.path, "there is no %s; %s", quote(name), meant(name, choices))
		case bare && !f.shape.bare():
			d.fault(position(at.key), at.path, "%s needs to know more; write {%s: %s}", name, name, f.shape.example(usual.Field(f.index)))
		default:
			v.SetZero()
			v.Field(f.index).Set(usual.Field(f.index))
			if !bare {
				d.decode(at, f.shape, v.Field(f.index))
				return
			}
			d.spots[at.path] = at
			if target := v.Field(f.index); target.Kind() == reflect.Pointer && target.IsNil() {
				target.Set(reflect.New(target.Type().Elem()))
			}
		}
	}
	n := at.node
	switch {
	case n.Kind == yaml.ScalarNode && s.short != nil && s.field(n.Value) == nil:
		take(at.option(s.short.name), s.short.name, false)
	case n.Kind == yaml.ScalarNode:
		take(spot{at.path + "." + n.Value, n, n}, n.Value, true)
	case n.Kind != yaml.MappingNode || len(n.Content) == 0:
		d.unread(n, "", s)
		d.fault(at.at(), at.path, "%s stands where a choice belongs; write one of %s", found(n), join(choices, "or"))
	default:
		chosen := ""
		d.pairs(at, []*shape{s}, func(entry spot, name string) {
			if chosen != "" {
				d.unread(entry.node, name, s)
				d.fault(position(entry.key), at.path, "%s cannot stand beside %s: one of %s is given", quote(name), chosen, join(choices, "or"))
				return
			}
			chosen = name
			take(entry, name, false)
		})
	}
}

// list reads a list; a single value is a list of one.
func (d *decoder) list(at spot, s *shape, v reflect.Value) {
	items := []*yaml.Node{at.node}
	if at.node.Kind == yaml.SequenceNode {
		items = at.node.Content
	}
	list := reflect.MakeSlice(s.typ, len(items), len(items))
	for i, item := range items {
		entry := spot{fmt.Sprintf("%s[%d]", at.path, i), nil, item}
		if item == at.node {
			entry.key = at.key
		}
		d.decode(entry, s.elem, list.Index(i))
	}
	v.Set(list)
}

// dictionary reads a map of names that the writer chooses.
func (d *decoder) dictionary(at spot, s *shape, v reflect.Value) {
	if at.node.Kind != yaml.MappingNode {
		d.unread(at.node, "", s)
		d.fault(at.at(), at.path, "%s stands where names with values belong; write %s", d.foundHere(at), s.example(v))
		return
	}
	entries := reflect.MakeMap(s.typ)
	d.pairs(at, []*shape{s}, func(entry spot, name string) {
		value := reflect.New(s.typ.Elem()).Elem()
		d.decode(entry, s.elem, value)
		entries.SetMapIndex(reflect.ValueOf(name).Convert(s.typ.Key()), value)
	})
	v.Set(entries)
}
