package departures

import (
	"cmp"
	"encoding/hex"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/tidwall/gjson"

	"ptvd/internal/textfmt"
	"ptvd/plugins/topics"
)

// MaxItems limits each list and each table of a reply.
const MaxItems = 1000

// Limits of texts, in characters, and of lists.
const (
	maxName   = 80
	maxDetail = 300 // of an error
	maxTitle  = 200 // of a disruption, and of the id of a trip
	maxTitles = 5   // of one departure
)

// Parse returns the value of a reply. It does not exist where the reply is not JSON, or is
// truncated.
func Parse(body []byte) (v gjson.Result) {
	if gjson.ValidBytes(body) {
		v = gjson.ParseBytes(body)
	}
	return v
}

// Decode decodes the departures of a reply, which was read to its end or not (see [Read]),
// without those that one cannot get on. Of its disruptions the first five stay, each once.
// One that has no time is invalid, and skipped. If none is valid although there are some, or
// the reply has no list, that is an error.
func Decode[T any](rows []T, all bool, decode func(T) (d topics.Departure, boards bool)) (found Reply, err error) {
	if rows == nil {
		return Reply{}, InvalidReply("no list of departures")
	}
	valid := 0
	for _, row := range rows {
		d, boards := decode(row)
		if d.Scheduled.IsZero() {
			continue
		}
		if valid++; boards {
			d.Disruptions = someOf(d.Disruptions)
			found.List = append(found.List, d)
		}
	}
	if valid == 0 && len(rows) > 0 {
		return Reply{}, InvalidReply("no valid departure")
	}
	found.Complete, found.Empty = all && valid == len(rows), valid == 0
	return found, nil
}

func someOf(titles []string) (some []string) {
	for _, title := range titles {
		if title != "" && len(some) < maxTitles && !slices.Contains(some, title) {
			some = append(some, title)
		}
	}
	return some
}

// List returns the items of a list, each of which is read as a T (see [Read]). Without the
// list, which is of what is named, a reply is invalid.
func List[T any](v gjson.Result, of string) (list []T, err error) {
	if !v.IsArray() {
		return nil, InvalidReply("no list of " + of)
	}
	Read(v, &list)
	return list, nil
}

// Text returns a string, a number or a boolean as text: 4 and "4" are the same id.
// Anything else is empty. The text does not hold on to the reply.
func Text(v gjson.Result) string {
	switch v.Type {
	case gjson.String:
		return strings.Clone(v.Str)
	case gjson.Number, gjson.True, gjson.False:
		return strings.Clone(v.Raw)
	}
	return ""
}

// Bool tells whether a value is true, also where it is written as text or as a number.
func Bool(v gjson.Result) bool {
	return v.Str == "1" || v.Raw == "1" || v.Type == gjson.True || strings.EqualFold(v.Str, "true")
}

// Time returns a time, zero if it is invalid. Without a zone it is UTC. Implausible years
// stand for "never".
func Time(v gjson.Result) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, v.Str); err == nil && at.Year() >= 2000 && at.Year() < 2100 {
			return at.UTC()
		}
	}
	return time.Time{}
}

// Clean makes text printable: one line of at most limit characters, without control
// characters.
func Clean(s string, limit int) string {
	words := strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) })
	return textfmt.Clip(strings.Join(words, " "), limit)
}

// ID returns an identifier: a text of at most 200 characters, or a whole number. 1e300 is
// none.
func ID(v gjson.Result) string {
	if v.Type == gjson.Number && strings.ContainsAny(v.Raw, ".eE") {
		return ""
	}
	return Clean(Text(v), maxTitle)
}

// Zone returns a time zone, nil if there is none of that name.
func Zone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" { // of which LoadLocation makes UTC
		return nil
	}
	return zone
}

// Colour returns a colour as in CSS, #0072ce, from its six digits with or without the #;
// empty: it is none.
func Colour(v gjson.Result) string {
	digits := strings.TrimPrefix(v.Str, "#")
	if bytes, err := hex.DecodeString(digits); err != nil || len(bytes) != 3 {
		return ""
	}
	return "#" + strings.ToLower(digits)
}

// Read fills the fields of a struct with the members of an object that their json tags
// name, or else their own names: StopID is stopId. It tells whether each list and table in
// it was read to its end. A member that is missing or of another type costs only its field;
// a list that is there is not nil.
//
// A string is a name that can be shown, of at most 80 characters, or what its tag says:
// as:"id" is read by [ID], as:"colour" by [Colour], as:"text" by [Text], as:"title" is the
// title of a disruption, of at most 200 characters, and as:"detail" a sentence of at most 300.
func Read(v gjson.Result, into any) (all bool) { return read(v, reflect.ValueOf(into).Elem(), "") }

var texts = map[string]func(gjson.Result) string{
	"": upTo(maxName), "title": upTo(maxTitle), "detail": upTo(maxDetail), "id": ID, "colour": Colour, "text": Text,
}

func upTo(limit int) func(gjson.Result) string {
	return func(v gjson.Result) string { return Clean(Text(v), limit) }
}

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
			into.Set(reflect.MakeSlice(into.Type(), 0, 0))
			all = first(v, func(_, v gjson.Result) {
				n := into.Len()
				into.Grow(1)
				into.SetLen(n + 1)
				all = read(v, into.Index(n), as) && all
			}) && all
		}
	case reflect.Map:
		into.Set(reflect.MakeMap(into.Type()))
		item := reflect.New(into.Type().Elem()).Elem()
		all = members(v, func(name string, v gjson.Result) {
			item.SetZero()
			all = read(v, item, as) && all
			into.SetMapIndex(reflect.ValueOf(strings.Clone(name)), item)
		}) && all
	}
	return all
}

// first calls use with each of the first members of an object or items of an array, and
// tells whether those are all.
func first(v gjson.Result, use func(name, v gjson.Result)) (all bool) {
	n := 0
	v.ForEach(func(name, v gjson.Result) bool {
		if n++; n > MaxItems {
			return false
		}
		use(name, v)
		return true
	})
	return n <= MaxItems
}

// members calls use with each of the first members of an object, and tells whether those
// are all. What is not an object has none.
func members(v gjson.Result, use func(name string, v gjson.Result)) (all bool) {
	return !v.IsObject() || first(v, func(name, v gjson.Result) { use(name.Str, v) })
}

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
