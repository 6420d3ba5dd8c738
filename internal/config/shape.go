package config

import (
	"fmt"
	"reflect"
	"strings"

	"ptvd/internal/schema"
)

// shape is the form of a type, with the tags that apply to it.
type shape struct {
	kind     kind
	typ      reflect.Type
	fields   []field       // of a struct; of a choice, what stands beside it
	members  []field       // of a choice
	embedded []int         // where a choice is in the struct that embeds it
	short    *field        // the field that stands for the whole struct
	elem     *shape        // of a pointer, list or map
	min, max reflect.Value // not valid: there is none
	oneof    []string

	// secretive: a secret may stand in it, and so in what it does not
	// understand.
	secretive bool
}

// field is an option: a field of a struct.
type field struct {
	name, doc string
	index     int
	required  bool
	shape     *shape
	usual     reflect.Value // the defaults of a choice's member
}

// shapeOf takes a type apart. What its author got wrong is a panic, which the
// first test of a plugin meets.
func shapeOf(t reflect.Type, tag reflect.StructTag) *shape {
	s := &shape{kind: kindOf(t), typ: t}
	s.secretive = s.kind == kindSecret || s.kind == kindInstances
	switch s.kind {
	case kindPointer, kindList, kindMap:
		s.elem = shapeOf(t.Elem(), tag) // the tags speak of what it holds
		s.secretive = s.elem.secretive
	case kindStruct:
		s.addFields()
	case kindChoice:
		s.addMembers()
	default:
		s.oneof = strings.Fields(tag.Get("oneof"))
		s.min, s.max = s.bound(tag.Get("min")), s.bound(tag.Get("max"))
		for _, word := range s.oneof {
			s.bound(word)
		}
	}
	return s
}

func (s *shape) addFields() {
	for i := range s.typ.NumField() {
		f := s.typ.Field(i)
		if f.Type == oneOf && f.Anonymous {
			s.kind = kindOneOf
			continue
		}
		if f.Type.Implements(memberHolder) && f.Anonymous {
			s.embedded = f.Index
			continue
		}
		name := f.Tag.Get("yaml")
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" || f.Tag.Get("doc") == "" {
			panic(fmt.Sprintf("config: %v.%s lacks a yaml or a doc tag", s.typ, f.Name))
		}
		option := field{
			name: name, doc: f.Tag.Get("doc"), index: i,
			required: f.Tag.Get("required") == "true", shape: shapeOf(f.Type, f.Tag),
		}
		if f.Tag.Get("short") == "true" {
			s.short = &option
		}
		s.fields = append(s.fields, option)
		s.secretive = s.secretive || option.shape.secretive
	}
}

func (s *shape) addMembers() {
	if !isChoice(s.typ) {
		s.addFields()
	}
	kind := reflect.Zero(s.typ).Interface().(interface{ ChoiceOf() reflect.Type }).ChoiceOf()
	for _, m := range schema.Members(kind) {
		f := field{name: m.Name, doc: m.Doc, shape: shapeOf(m.Defaults.Type(), ""), usual: m.Defaults}
		s.members = append(s.members, f)
		s.secretive = s.secretive || f.shape.secretive
	}
}

// isChoice tells a Choice from a struct that embeds one.
func isChoice(t reflect.Type) bool {
	for i := range t.NumField() {
		if f := t.Field(i); f.Anonymous && f.Type.Implements(memberHolder) {
			return false
		}
	}
	return true
}

// choices are the names of which one is given.
func (s *shape) choices() []field {
	if s.kind == kindChoice {
		return s.members
	}
	return s.fields
}

// chosen returns the Choice in v, and the member that it names; nil: none.
func (s *shape) chosen(v reflect.Value) (choice reflect.Value, member *field) {
	if s.embedded != nil {
		v = v.FieldByIndex(s.embedded)
	}
	return v, find(s.members, v.Field(0).String())
}

// usual is the default of a choice's option.
func (s *shape) usualOf(v reflect.Value, f *field) reflect.Value {
	if s.kind != kindChoice || !f.usual.IsValid() {
		return v.Field(f.index)
	}
	if choice, member := s.chosen(v); member != nil && member.name == f.name {
		return choice.Field(1).Elem().Elem()
	}
	return f.usual
}

func (s *shape) bound(text string) reflect.Value {
	if text == "" {
		return reflect.Value{}
	}
	v := reflect.New(s.typ).Elem()
	if err := s.set(v, text); err != nil {
		panic(fmt.Sprintf("config: %q as a bound or choice of a %v: %v", text, s.typ, err))
	}
	return v
}

func (s *shape) field(name string) *field { return find(s.fields, name) }

func find(fields []field, name string) *field {
	for i := range fields {
		if fields[i].name == name {
			return &fields[i]
		}
	}
	return nil
}

func names(fields []field) []string {
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	return names
}

// bare tells whether a choice may be written as its name alone: it leads to
// options none of which is required.
func (s *shape) bare() bool {
	if s.kind == kindPointer {
		return s.elem.bare()
	}
	if s.kind != kindStruct {
		return false
	}
	for _, f := range s.fields {
		if f.required {
			return false
		}
	}
	return true
}
