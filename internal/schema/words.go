package schema

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

// One is what a value of the type is called: "a duration", "a list of GPIO lines".
func (t *Type) One() string {
	switch {
	case t.Kind == List:
		return "a list of " + t.Elem.several()
	case t.Kind == Map:
		return "names, each with " + t.Elem.One()
	case t.Choices() != nil:
		return Join(Names(t.Choices()), "or")
	}
	return t.Kind.One
}

func (t *Type) several() string {
	switch {
	case t.Kind == List:
		return "lists of " + t.Elem.several()
	case t.Kind == Map || t.Choices() != nil:
		return t.One()
	}
	return t.Kind.Several
}

// Example is a value to write: the default where there is one, else a typical one.
func (t *Type) Example(usual reflect.Value) string {
	switch {
	case t.Kind == List:
		return t.Elem.Example(reflect.Zero(t.Elem.Go))
	case t.Kind == Map:
		return "{NAME: " + t.Elem.Example(reflect.Zero(t.Elem.Go)) + "}"
	case t.Choices() != nil:
		f := &t.Choices()[0]
		if f.Type.Nullary() {
			return f.Name
		}
		return fmt.Sprintf("{%s: %s}", f.Name, f.Type.Example(t.Default(usual, f)))
	case t.Short != nil:
		return t.Short.Type.Example(t.Default(usual, t.Short))
	case t.Kind == Struct:
		var required []string
		for _, f := range t.Fields {
			if f.Required {
				required = append(required, f.Name+": "+f.Type.Example(t.Default(usual, &f)))
			}
		}
		if required != nil {
			return "{" + strings.Join(required, ", ") + "}"
		}
	case !usual.IsZero() && t.Kind != Secret && t.Kind != From:
		return Write(usual)
	case len(t.Words) > 0:
		return t.Words[0]
	case t.Min.IsValid() && !t.Min.IsZero() && t.Kind != Int && t.Kind != Float:
		return Write(t.Min)
	}
	return t.Kind.Example
}

// Allowed says what Check allows: "1s to 24h", "at least 1", "a, b or c"; empty:
// whatever the type allows.
func (t *Type) Allowed() string {
	switch {
	case len(t.Words) > 0:
		return Join(t.Words, "or")
	case t.Min.IsValid() && t.Max.IsValid():
		return Write(t.Min) + " to " + Write(t.Max)
	case t.Min.IsValid():
		return "at least " + Write(t.Min)
	case t.Max.IsValid():
		return "at most " + Write(t.Max)
	}
	return ""
}

// Usual is a default as it is written, a list's in the form of the file; empty:
// there is none.
func (t *Type) Usual(v reflect.Value) string {
	if f, _ := t.Chosen(v); f != nil {
		return f.Name
	}
	switch t.Kind {
	case List:
		var items []string
		for i := range v.Len() {
			items = append(items, t.Elem.Usual(v.Index(i)))
		}
		if items == nil {
			return ""
		}
		return "[" + strings.Join(items, ", ") + "]"
	case Struct, Choice, Map, Action, From:
		return ""
	}
	if t.Kind.Masked {
		return ""
	}
	// A zero may be a value, or stand for none: one that could not be written is
	// none.
	if v.IsZero() && !v.CanInt() && !v.CanUint() && !v.CanFloat() && t.Kind != Bool || t.Check(v) != nil {
		return ""
	}
	return Write(v)
}

// Advice says what to write where the option is required.
func (f *Field) Advice(usual reflect.Value) string {
	option := f.Name + ": " + f.Type.Example(usual)
	if placeholder.MatchString(option) || !usual.IsZero() {
		return "write " + option
	}
	return "write one, such as " + option // it shows the form; the value is for the owner to choose
}

var placeholder = regexp.MustCompile(`\b(NUMBER|TEXT|NAME|INSTANCE)\b`)
