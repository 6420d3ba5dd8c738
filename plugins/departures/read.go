package departures

import (
	"cmp"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"
)

// Read fills the fields of a struct with the members of an object that their json tags
// name, or else their own names: StopID is stopId. It tells whether each list and table in
// it was read to its end. A member that is missing or of another type costs only its field.
//
// A string is read by [Name], or as its tag says: as:"id" by [ID], as:"title" by [Title],
// as:"colour" by [Colour], as:"text" by [Text], and as:"detail" as a sentence.
func Read(v gjson.Result, into any) (all bool) { return read(v, reflect.ValueOf(into).Elem(), "") }

var texts = map[string]func(gjson.Result) string{"": Name, "id": ID, "title": Title, "colour": Colour, "text": Text, "detail": detail}

func read(v gjson.Result, into reflect.Value, as string) (all bool) {
	if at, ok := reflect.TypeAssert[*time.Time](into.Addr()); ok {
		*at = Time(v)
		return true
	}
	all = true
	switch into.Kind() {
	case reflect.String:
		into.SetString(texts[as](v))
	case reflect.Bool:
		into.SetBool(Bool(v))
	case reflect.Int:
		into.SetInt(v.Int())
	case reflect.Struct:
		fields := fieldsOf(into.Type())
		members(v, func(name string, v gjson.Result) {
			if f, ok := fields[name]; ok {
				all = read(v, into.Field(f.index), f.as) && all
			}
		})
	case reflect.Slice:
		if v.IsArray() {
			all = first(v, func(_, v gjson.Result) {
				item := reflect.New(into.Type().Elem()).Elem()
				all = read(v, item, as) && all
				into.Set(reflect.Append(into, item))
			}) && all
		}
	case reflect.Map:
		into.Set(reflect.MakeMap(into.Type()))
		all = members(v, func(name string, v gjson.Result) {
			item := reflect.New(into.Type().Elem()).Elem()
			all = read(v, item, as) && all
			into.SetMapIndex(reflect.ValueOf(strings.Clone(name)), item)
		}) && all
	}
	return all
}

// members calls use with each of the first members of an object, and tells whether those
// are all. What is not an object has none.
func members(v gjson.Result, use func(name string, v gjson.Result)) (all bool) {
	return !v.IsObject() || first(v, func(name, v gjson.Result) { use(name.Str, v) })
}

// field is a field of a struct, by its index.
type field struct {
	index int
	as    string
}

var structs sync.Map // the fields of a type by their json names

func fieldsOf(t reflect.Type) map[string]field {
	if fields, ok := structs.Load(t); ok {
		return fields.(map[string]field)
	}
	fields := map[string]field{}
	for f := range t.Fields() {
		if !f.IsExported() {
			continue // it is the decoder's own, whatever a reply has by this name
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		own := strings.ReplaceAll(f.Name, "ID", "Id")
		own = strings.ToLower(own[:1]) + own[1:]
		fields[cmp.Or(name, own)] = field{f.Index[0], f.Tag.Get("as")}
	}
	structs.Store(t, fields)
	return fields
}
