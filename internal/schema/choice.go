package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A kind of choice is known by the interface that the options of its members
// implement. Members are looked up when a value is read or described, since
// packages add them in any order.
var (
	members  = map[reflect.Type][]Field{}  // by kind, each list by name
	embedded = map[reflect.Type][]string{} // options that stand beside a choice of the kind
)

// AddMember adds a member to a kind of choice. It is called from init functions.
func AddMember(kind reflect.Type, name, doc string, defaults reflect.Value) error {
	at, taken := slices.BinarySearchFunc(members[kind], name, func(m Field, name string) int { return strings.Compare(m.Name, name) })
	t, err := Check(defaults)
	switch {
	case err != nil:
		return err
	case !IsName(name) || doc == "":
		return fmt.Errorf("a member needs a doc, and a name of lower-case letters, digits and _")
	case taken || slices.Contains(embedded[kind], name):
		return fmt.Errorf("the name %s is taken", name)
	}
	if t.leadsTo(kind) {
		return fmt.Errorf("the type %v contains itself, through %v", t.Go, kind)
	}
	members[kind] = slices.Insert(members[kind], at, Field{Name: name, Doc: doc, Type: t, defaults: defaults})
	return nil
}

// embed notes the options of a struct that embeds a choice.
func embed(kind reflect.Type, t *Type, path string) error {
	for _, name := range Names(t.Fields) {
		if slices.Contains(Names(members[kind]), name) {
			return fmt.Errorf("%s: the option %s has the name of a member of %v", path, name, kind)
		}
		embedded[kind] = append(embedded[kind], name)
	}
	return nil
}

func (t *Type) leadsTo(kind reflect.Type) bool {
	return t.Kind == Choice && t.memberKind() == kind || t.Elem != nil && t.Elem.leadsTo(kind) ||
		slices.ContainsFunc(t.Options(), func(f Field) bool { return f.Type.leadsTo(kind) })
}

func (t *Type) memberKind() reflect.Type {
	return reflect.Zero(t.Go).Interface().(interface{ ChoiceOf() reflect.Type }).ChoiceOf()
}

// Choices are the options of which exactly one is given; nil: the type is not a
// choice.
func (t *Type) Choices() []Field {
	if t.Kind != Choice {
		return nil
	}
	return members[t.memberKind()]
}

// Chosen returns the choice that is made in v, and its value; nil: none is.
func (t *Type) Chosen(v reflect.Value) (*Field, reflect.Value) {
	for _, f := range t.Choices() {
		if choice := v.FieldByIndex(t.embedded); choice.Field(0).String() == f.Name && !choice.Field(1).IsNil() {
			return &f, choice.Field(1).Elem().Elem()
		}
	}
	return nil, reflect.Value{}
}

// Choose makes a choice in v, and returns its value, which holds the defaults.
func (t *Type) Choose(v reflect.Value, f *Field) reflect.Value {
	value := Copy(t.Default(v, f))
	choice := v.FieldByIndex(t.embedded)
	choice.Field(0).SetString(f.Name)
	choice.Field(1).Set(value.Addr())
	return value
}

// In returns the value of an option of a struct.
func (f *Field) In(v reflect.Value) reflect.Value { return v.FieldByIndex(f.index) }

// Default returns the value of an option or choice in v, which holds the defaults.
func (t *Type) Default(v reflect.Value, f *Field) reflect.Value {
	if !f.defaults.IsValid() {
		return f.In(v)
	}
	if chosen, value := t.Chosen(v); chosen != nil && chosen.Name == f.Name {
		return value
	}
	return f.defaults
}
