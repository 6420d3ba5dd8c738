// Package schema turns the Go type of a plugin's options, with its tags, into a
// schema: which options there are, what each may be and what it is called. The
// tags are those that package plugins documents. Reading a file, describing
// options to people and to editors, and walking through the values that were read
// all go by it.
package schema

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Type is a Go type as the configuration sees it, with the tags that apply to it.
type Type struct {
	Kind   *Kind
	Go     reflect.Type
	Elem   *Type    // of a list or map
	Fields []Field  // the options of a struct; of a Choice, those beside it
	Short  *Field   // the option whose value alone may stand for the whole struct
	Words  []string // the only values allowed; nil: any

	Min, Max reflect.Value // not valid: there is none

	embedded []int // where a Choice is in the struct that embeds it
}

// Field is an option of a struct, or one of the members of a Choice.
type Field struct {
	Name, Doc string
	Required  bool
	Type      *Type

	index    []int
	defaults reflect.Value // of a Choice's member
}

// Of returns the schema of a struct of options. The error names the field whose
// type or tags are wrong.
func Of(t reflect.Type) (*Type, error) {
	s, err := build(t, "", t.Name(), nil)
	if err == nil && s.Kind != Struct {
		return nil, fmt.Errorf("%v is not a plain struct", t)
	}
	return s, err
}

// Must is Of for a type that was checked when it was registered.
func Must(t reflect.Type) *Type {
	s, err := Of(t)
	if err != nil {
		panic(err)
	}
	return s
}

// Check checks a struct of options and the defaults in it, of which each that is
// not zero must be one that the file could give, and returns the type of the struct.
func Check(defaults reflect.Value) (*Type, error) {
	t, err := Of(defaults.Type())
	if err != nil {
		return nil, err
	}
	t.Walk("", Copy(defaults), func(path string, t *Type, v reflect.Value) {
		if e := t.Check(v); e != nil {
			err = errors.Join(err, fmt.Errorf("default of %s: %w", path, e))
		}
	})
	return t, err
}

var name = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// IsName tells whether a text may be the name of a plugin, an option or a member.
func IsName(text string) bool { return name.MatchString(text) }

// build takes a type apart. The path is of Go names, for errors; above are the
// types that hold this one.
func build(t reflect.Type, tag reflect.StructTag, path string, above []reflect.Type) (*Type, error) {
	if slices.Contains(above, t) {
		return nil, fmt.Errorf("%s: the type %v contains itself", path, t)
	}
	kind, err := kindOf(t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s := &Type{Kind: kind, Go: t}
	above = append(slices.Clip(above), t)
	switch kind {
	case List, Map:
		s.Elem, err = build(t.Elem(), tag, path, above) // the tags apply to what it holds
	case Struct, Choice:
		if err = s.addFields(t, nil, path, above); err == nil && s.embedded != nil {
			err = embed(s.memberKind(), s, path)
		}
	default:
		err = s.addBounds(tag, path)
	}
	return s, err
}

// addFields adds the options of a struct, and of those that it embeds. The index is where
// the struct is in the type.
func (t *Type) addFields(of reflect.Type, index []int, path string, above []reflect.Type) error {
	for f := range of.Fields() {
		path, tag := path+"."+f.Name, f.Tag.Get("yaml")
		if index != nil {
			f.Index = slices.Concat(index, f.Index)
		}
		switch {
		case f.Anonymous && f.Type.Implements(memberHolder):
			t.embedded = f.Index
			continue
		case f.Anonymous && f.IsExported() && tag == "" && f.Type.Kind() == reflect.Struct:
			if err := t.addFields(f.Type, f.Index, path, above); err != nil {
				return err
			}
			continue
		case f.Anonymous && tag == "":
			return fmt.Errorf("%s: an embedded struct is not supported; give it a name and a yaml tag", path)
		case tag == "-" || !f.IsExported():
			continue
		case f.Tag.Get("doc") == "":
			return fmt.Errorf("%s: no doc tag", path)
		case !IsName(tag):
			return fmt.Errorf("%s: yaml:%q is not the name of an option; use lower-case letters, digits and _ only", path, tag)
		case slices.ContainsFunc(t.Fields, func(f Field) bool { return f.Name == tag }):
			return fmt.Errorf("%s: two fields are named %s", path, tag)
		}
		option := Field{Name: tag, Doc: f.Tag.Get("doc"), index: f.Index}
		var short bool
		for key, is := range map[string]*bool{"required": &option.Required, "short": &short} {
			text, given := f.Tag.Lookup(key)
			if *is = given; given && text != "true" {
				return fmt.Errorf(`%s: %s:%q; write %s:"true" or leave it out`, path, key, text, key)
			}
		}
		var err error
		if option.Type, err = build(f.Type, f.Tag, path, above); err != nil {
			return err
		}
		if short {
			t.Short = &option
		}
		t.Fields = append(t.Fields, option)
	}
	return nil
}

func (t *Type) addBounds(tag reflect.StructTag, path string) error {
	t.Words = strings.Fields(tag.Get("oneof"))
	for _, word := range t.Words {
		if err := t.Set(reflect.New(t.Go).Elem(), word); err != nil {
			return fmt.Errorf("%s: oneof: %w", path, err)
		}
	}
	for key, bound := range map[string]*reflect.Value{"min": &t.Min, "max": &t.Max} {
		text, given := tag.Lookup(key)
		if !given {
			continue
		}
		*bound = reflect.New(t.Go).Elem()
		if err := t.Set(*bound, text); err != nil {
			return fmt.Errorf("%s: %s: %w", path, key, err)
		}
		if !bound.CanInt() && !bound.CanUint() && !bound.CanFloat() {
			return fmt.Errorf("%s: %s: values of type %v have no order", path, key, t.Go)
		}
	}
	if t.Min.IsValid() && t.Max.IsValid() && less(t.Max, t.Min) {
		return fmt.Errorf("%s: min %s is above max %s", path, Write(t.Min), Write(t.Max))
	}
	return nil
}

// Options are all that may stand under a value of the type: the choices, and the
// options of a struct or beside a Choice.
func (t *Type) Options() []Field {
	return slices.Concat(t.Choices(), t.Fields)
}

// Field returns the option or choice of a name; nil: there is none.
func (t *Type) Field(name string) *Field {
	options := t.Options()
	for i := range options {
		if options[i].Name == name {
			return &options[i]
		}
	}
	return nil
}

// At returns the type of the option at a path such as encoder.a; nil: there is
// none. Lists have no part of the path of their own.
func (t *Type) At(path string) *Type {
	for t.Elem != nil {
		t = t.Elem
	}
	name, rest, nested := strings.Cut(path, ".")
	f := t.Field(name)
	switch {
	case f == nil:
		return nil
	case nested:
		return f.Type.At(rest)
	}
	return f.Type
}

// Holders returns the paths of the parts of a value of the type that have an option of a
// name, in the order of the options. Lists have no part of the path of their own.
func (t *Type) Holders(name string) (paths []string) {
	for t.Elem != nil {
		t = t.Elem
	}
	for _, f := range t.Options() {
		if part := f.Type; part.At(name) != nil {
			paths = append(paths, f.Name)
		} else {
			for _, path := range part.Holders(name) {
				paths = append(paths, f.Name+"."+path)
			}
		}
	}
	return paths
}

// Names returns the names of options.
func Names(fields []Field) []string {
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	return names
}

// Nullary tells whether a choice may be written as its name alone: it has options
// of which none is required.
func (t *Type) Nullary() bool {
	return t.Kind == Struct && !slices.ContainsFunc(t.Fields, func(f Field) bool { return f.Required })
}

// MayHoldSecret tells whether a secret may stand in a value of the type, and so in
// what it does not understand.
func (t *Type) MayHoldSecret() bool {
	return t.Kind.Masked || t.Elem != nil && t.Elem.MayHoldSecret() ||
		slices.ContainsFunc(t.Options(), func(f Field) bool { return f.Type.MayHoldSecret() })
}
