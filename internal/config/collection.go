package config

import (
	"fmt"
	"reflect"

	"gopkg.in/yaml.v3"
)

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
