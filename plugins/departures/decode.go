package departures

import (
	"strings"
	"time"
	"unicode"

	"github.com/tidwall/gjson"

	"ptvd/internal/textfmt"
)

// MaxItems limits each list and each table of a reply.
const MaxItems = 1000

// Object returns the members of a JSON object by their names; nil: it is none, or it is
// cut off.
func Object(body []byte) map[string]gjson.Result {
	if !gjson.ValidBytes(body) {
		return nil
	}
	all := gjson.ParseBytes(body)
	if !all.IsObject() {
		return nil
	}
	members := map[string]gjson.Result{}
	Members(all, func(name string, v gjson.Result) { members[name] = v })
	return members
}

// Members calls use with each of the first members of an object, and tells whether
// those are all. What is not an object has none.
func Members(v gjson.Result, use func(name string, v gjson.Result)) (all bool) {
	return v.IsObject() && first(v, func(name, v gjson.Result) { use(name.Str, v) })
}

// Items calls use with each of the first items of an array, and tells whether those are
// all. What is not an array has none.
func Items(v gjson.Result, use func(gjson.Result)) (all bool) {
	return v.IsArray() && first(v, func(_, v gjson.Result) { use(v) })
}

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

// Name returns a text of a reply as a name that can be shown, of at most 80 characters.
func Name(v gjson.Result) string { return Clean(Text(v), 80) }
