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
		what := "this is empty"
		if at.node.Value != "" {
			what = at.node.Value + " is YAML for nothing"
		}
		d.fault(at.at(), at.path, "%s; %s", what, s.instead(at, v))
		return
	}
	switch s.kind {
	case kindPointer:
		if v.IsNil() {
			v.Set(reflect.New(s.typ.Elem()))
		}
		d.decode(at, s.elem, v.Elem())
	case kindStruct:
		d.structure(at, s, v)
	case kindOneOf, kindChoice:
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
		d.fault(at.at(), at.path, "%s stands where %s belongs; write %s", found(n), s.phrase().one, s.example(v))
		return
	}
	quoted := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	if quoted && (s.kind == kindBool || s.kind == kindInt || s.kind == kindFloat) {
		d.fault(at.at(), at.path, "%s stands in quotes, which makes it text; remove them", quote(n.Value))
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
