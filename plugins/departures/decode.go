package departures

import (
	"encoding/hex"
	"slices"
	"strings"
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
	maxTitle  = 200 // of a disruption
	maxTitles = 5   // of one departure
	maxRun    = 200 // of the id of a trip
)

// Parse returns the value of a reply. It does not exist where the reply is not JSON, or is
// truncated.
func Parse(body []byte) (v gjson.Result) {
	if gjson.ValidBytes(body) {
		v = gjson.ParseBytes(body)
	}
	return v
}

// Decode decodes the departures of a reply, each of which is read as a T (see [Read]),
// without those that one cannot get on. One that has no time is invalid, and skipped. If
// none is valid although there are some, that is an error.
func Decode[T any](list gjson.Result, decode func(T) (d topics.Departure, boards bool)) (found Reply, err error) {
	if !list.IsArray() {
		return Reply{}, InvalidReply("no list of departures")
	}
	valid, invalid := false, false
	all := first(list, func(_, v gjson.Result) {
		var one T
		Read(v, &one)
		d, boards := decode(one)
		if d.Scheduled.IsZero() {
			invalid = true
			return
		}
		if valid = true; boards {
			found.List = append(found.List, d)
		}
	})
	if invalid && !valid {
		return Reply{}, InvalidReply("no valid departure")
	}
	found.Complete, found.Empty = all && !invalid, !valid
	return found, nil
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
func Name(v gjson.Result) string { return Clean(Text(v), maxName) }

// ID returns an identifier: a text of at most 200 characters, or a whole number. 1e300 is
// nobody's.
func ID(v gjson.Result) string {
	if v.Type == gjson.Number && strings.ContainsAny(v.Raw, ".eE") {
		return ""
	}
	return Clean(Text(v), maxRun)
}

// Title returns the title of a disruption, of at most 200 characters.
func Title(v gjson.Result) string { return Clean(Text(v), maxTitle) }

func detail(v gjson.Result) string { return Clean(Text(v), maxDetail) }

// AddTitle adds the title of what disturbs a departure, unless it is there already, or
// there are five.
func AddTitle(titles []string, title string) []string {
	if title == "" || len(titles) == maxTitles || slices.Contains(titles, title) {
		return titles
	}
	return append(titles, title)
}

// Zone returns a time zone, nil if there is none of that name.
func Zone(name string) *time.Location {
	if name == "" {
		return nil // LoadLocation would return UTC
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
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
