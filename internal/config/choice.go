package config

import (
	"reflect"

	"gopkg.in/yaml.v3"
)

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
			v.SetZero() // the default may be another choice
			v.Field(f.index).Set(usual.Field(f.index))
			if bare {
				at.node = &yaml.Node{Kind: yaml.MappingNode, Line: at.key.Line, Column: at.key.Column}
			}
			d.decode(at, f.shape, v.Field(f.index))
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
