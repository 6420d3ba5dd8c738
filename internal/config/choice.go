package config

import (
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

// choice reads a OneOf or a Choice: exactly one of its choices is given.
func (d *decoder) choice(at spot, s *shape, v reflect.Value) {
	before, given := d.count, map[string]bool{}
	choices := names(s.choices())
	chosen := ""
	take := func(at spot, name string, bare bool) {
		chosen = name
		f := find(s.choices(), name)
		if f == nil {
			d.unread(at.node, name, s)
			d.fault(position(at.key), at.path, "there is no %s; %s", quote(name), meant(name, slices.Concat(choices, beside(s))))
			return
		}
		usual := deepCopy(s.usualOf(v, f))
		if bare && !f.shape.bare() {
			d.fault(position(at.key), at.path, "%s needs to know more; write {%s: %s}", name, name, f.shape.example(usual))
			return
		}
		if bare {
			at.node = &yaml.Node{Kind: yaml.MappingNode, Line: at.key.Line, Column: at.key.Column}
		}
		if s.kind == kindChoice {
			choice, _ := s.chosen(v)
			choice.Field(0).SetString(name)
			choice.Field(1).Set(usual.Addr())
			d.decode(at, f.shape, usual)
			return
		}
		v.SetZero() // the default may be another choice
		v.Field(f.index).Set(usual)
		d.decode(at, f.shape, v.Field(f.index))
	}
	n := at.node
	switch {
	case n.Kind == yaml.ScalarNode:
		take(spot{at.path + "." + n.Value, n, n}, n.Value, true)
	case n.Kind != yaml.MappingNode:
		d.unread(n, "", s)
	default:
		d.pairs(at, []*shape{s}, func(entry spot, name string) {
			if f := find(s.fields, name); s.kind == kindChoice && f != nil {
				given[name] = true
				d.decode(entry, f.shape, v.Field(f.index))
			} else if chosen != "" && find(s.choices(), name) == nil && len(beside(s)) > 0 {
				d.unread(entry.node, name, s)
				d.fault(position(entry.key), at.path, "there is no option %s beside %s; %s", quote(name), chosen, meant(name, beside(s)))
			} else if chosen != "" {
				d.unread(entry.node, name, s)
				d.fault(position(entry.key), at.path, "%s cannot stand beside %s: one of %s is given", quote(name), chosen, join(choices, "or"))
			} else {
				take(entry, name, false)
			}
		})
	}
	switch {
	case chosen == "":
		d.fault(at.at(), at.path, "%s stands where a choice belongs; write one of %s", found(n), join(choices, "or"))
	case s.kind == kindChoice:
		d.complete(at, before, given, target{s, v})
	}
}

// beside are the options that may stand beside a choice.
func beside(s *shape) []string {
	if s.kind == kindChoice {
		return names(s.fields)
	}
	return nil
}
