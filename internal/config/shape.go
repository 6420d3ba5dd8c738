package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"

	"ptvd/plugins"
)

// kind is what a value is to the people who write it.
type kind int

const (
	kindStruct  kind = iota
	kindOneOf        // a struct of which exactly one field is given
	kindPointer      // what it points to, or nothing
	kindMap
	kindList
	kindBool
	kindInt
	kindFloat
	kindString
	kindDuration
	kindText // what a TextUnmarshaler takes
	kindPin
	kindPWM
	kindSPI
	kindSecret
	kindAction
	kindFrom
	kindInstances // the plugins of a file
)

// shape is the form of a type, with the tags that apply to it.
type shape struct {
	kind     kind
	typ      reflect.Type
	fields   []field       // of a struct
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
}

var (
	special = map[reflect.Type]kind{
		reflect.TypeFor[time.Duration]():     kindDuration,
		reflect.TypeFor[plugins.Pin]():       kindPin,
		reflect.TypeFor[plugins.PWMOutput](): kindPWM,
		reflect.TypeFor[plugins.SPIPort]():   kindSPI,
		reflect.TypeFor[plugins.Secret]():    kindSecret,
		reflect.TypeFor[plugins.Action]():    kindAction,
		reflect.TypeFor[[]*instance]():       kindInstances,
	}
	general = map[reflect.Kind]kind{
		reflect.Bool: kindBool, reflect.String: kindString,
		reflect.Int: kindInt, reflect.Int8: kindInt, reflect.Int16: kindInt, reflect.Int32: kindInt, reflect.Int64: kindInt,
		reflect.Uint: kindInt, reflect.Uint8: kindInt, reflect.Uint16: kindInt, reflect.Uint32: kindInt, reflect.Uint64: kindInt,
		reflect.Float32: kindFloat, reflect.Float64: kindFloat,
		reflect.Pointer: kindPointer, reflect.Slice: kindList, reflect.Map: kindMap, reflect.Struct: kindStruct,
	}
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	topicReader     = reflect.TypeFor[interface{ Payload() reflect.Type }]()
	oneOf           = reflect.TypeFor[plugins.OneOf]()
)

func kindOf(t reflect.Type) kind {
	if k, ok := special[t]; ok {
		return k
	}
	switch {
	case t.Implements(topicReader):
		return kindFrom
	case t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(textUnmarshaler):
		return kindText
	}
	k, ok := general[t.Kind()]
	if !ok || t.Kind() == reflect.Map && t.Key().Kind() != reflect.String {
		panic(fmt.Sprintf("config: an option cannot be a %v", t))
	}
	return k
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
	default:
		s.oneof = strings.Fields(tag.Get("oneof"))
		s.min, s.max = s.bound(tag.Get("min")), s.bound(tag.Get("max"))
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

func (s *shape) bound(text string) reflect.Value {
	if text == "" {
		return reflect.Value{}
	}
	v := reflect.New(s.typ).Elem()
	if err := s.set(v, text); err != nil {
		panic(fmt.Sprintf("config: the bound %q of a %v: %v", text, s.typ, err))
	}
	return v
}

func (s *shape) field(name string) *field {
	for i := range s.fields {
		if s.fields[i].name == name {
			return &s.fields[i]
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
