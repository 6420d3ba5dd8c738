package config

import (
	"reflect"

	"gopkg.in/yaml.v3"
)

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
		given[nearest(name, known)] = true // one fault is enough for a misspelt option
		d.unread(entry.node, name, shapes...)
		d.fault(position(entry.key), at.path, "there is no option %s; %s", quote(name), meant(name, known))
	})
	d.complete(at, before, given, targets...)
}

// complete refuses options that are missing, and asks for what tags cannot say
// when no fault was counted since before.
func (d *decoder) complete(at spot, before int, given map[string]bool, targets ...target) {
	for _, t := range targets {
		for _, f := range t.shape.fields {
			if f.required && !given[f.name] {
				d.fault(at.at(), at.path, "%s is missing (%s); %s", f.name, f.doc, f.missing(t.value.Field(f.index)))
			}
		}
	}
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
