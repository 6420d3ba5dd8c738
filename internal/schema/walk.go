package schema

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
)

// Walk calls see for every single value in v that is not zero, with its path below
// the given one: ".encoder.a", ".pages[0].clock.hours". v must be one that can be
// written to.
func (t *Type) Walk(path string, v reflect.Value, see func(path string, t *Type, v reflect.Value)) {
	switch t.Kind {
	case Struct, Choice:
		if f, value := t.Chosen(v); f != nil {
			f.Type.Walk(path+"."+f.Name, value, see)
		}
		for _, f := range t.Fields {
			f.Type.Walk(path+"."+f.Name, f.In(v), see)
		}
	case List:
		for i := range v.Len() {
			t.Elem.Walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i), see)
		}
	case Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
		for _, key := range keys {
			value := Copy(v.MapIndex(key)) // one that can be written to
			t.Elem.Walk(path+"."+key.String(), value, see)
			v.SetMapIndex(key, value)
		}
	default:
		if !v.IsZero() {
			see(path, t, v)
		}
	}
}

// Copy returns a copy that can be written to and shares nothing with the original.
func Copy(from reflect.Value) reflect.Value {
	to := reflect.New(from.Type()).Elem()
	to.Set(from)
	switch from.Kind() {
	case reflect.Struct:
		for i := range from.NumField() {
			if to.Field(i).CanSet() {
				to.Field(i).Set(Copy(from.Field(i)))
			}
		}
	case reflect.Pointer:
		if !from.IsNil() {
			to.Set(Copy(from.Elem()).Addr())
		}
	case reflect.Interface:
		if !from.IsNil() {
			to.Set(Copy(from.Elem()))
		}
	case reflect.Slice:
		if !from.IsNil() {
			to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
			for i := range from.Len() {
				to.Index(i).Set(Copy(from.Index(i)))
			}
		}
	case reflect.Map:
		if !from.IsNil() {
			to.Set(reflect.MakeMap(from.Type()))
			for key, value := range from.Seq2() {
				to.SetMapIndex(key, Copy(value))
			}
		}
	}
	return to
}
