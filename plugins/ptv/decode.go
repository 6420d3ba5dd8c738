package ptv

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"ptvd/internal/textfmt"
)

// text is a scalar of a reply, whatever its type: 4 and "4" are one id. What is
// no scalar is as if it were not there.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	*t = ""
	switch raw[0] {
	case '"':
		var s string
		if json.Unmarshal(raw, &s) == nil {
			*t = text(s)
		}
	case '{', '[', 'n': // no scalar, or null
	default:
		*t = text(raw)
	}
	return nil
}

// yes tells whether it is true.
func (t text) yes() bool { return t == "1" || strings.EqualFold(string(t), "true") }

// time reads a point in time, zero when it is none. The service means UTC where
// it does not say so. Years out of reason are a database's idea of "never".
func (t text) time() time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, string(t)); err == nil && at.Year() >= 2000 && at.Year() < 2100 {
			return at.UTC()
		}
	}
	return time.Time{}
}

const (
	// maxEntries bounds each list and each table of a reply.
	maxEntries = 1000
	maxName    = 80  // runes of a stop, a route or a destination
	maxTitle   = 200 // runes of a disruption's title
	maxDetail  = 300 // runes of what went wrong
)

// list is an array without the elements that are not what they should be.
type list[T any] struct {
	items []T
	is    bool // it is an array at all
	odd   int  // how many elements were left out; all beyond maxEntries are one
}

func (l *list[T]) UnmarshalJSON(raw []byte) error {
	*l = list[T]{is: raw[0] == '['}
	if !l.is {
		return nil
	}
	in := json.NewDecoder(bytes.NewReader(raw))
	in.Token()
	for in.More() && len(l.items)+l.odd < maxEntries {
		var item T
		if in.Decode(&item) != nil {
			l.odd++
			continue
		}
		l.items = append(l.items, item)
	}
	if in.More() {
		l.odd++
	}
	return nil
}

// table is an object with ids as keys, without the values that are not what they
// should be.
type table[T any] map[text]T

func (m *table[T]) UnmarshalJSON(raw []byte) error {
	*m = table[T]{}
	if raw[0] != '{' {
		return nil
	}
	in := json.NewDecoder(bytes.NewReader(raw))
	in.Token()
	for n := 0; in.More() && n < maxEntries; n++ {
		var item T
		key, _ := in.Token()
		if in.Decode(&item) == nil {
			(*m)[text(key.(string))] = item
		}
	}
	return nil
}

// envelope is what stands around every reply, and alone in an error.
type envelope struct {
	Message text `json:"message"` // ASP.NET's own errors write it with a capital
	Status  struct {
		Health text `json:"health"`
	} `json:"status"`
}

// decode reads an object as far as it is what it should be; false: it is none. A
// field of the wrong type is left as it was, and the others are read.
func decode(body []byte, into any) bool {
	var mistyped *json.UnmarshalTypeError
	err := json.Unmarshal(body, into)
	return bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) && (err == nil || errors.As(err, &mistyped))
}

// clean makes text fit to be shown and logged: one line, printable, no longer
// than limit runes.
func clean(s string, limit int) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) })
	return textfmt.Clip(strings.Join(words, " "), limit)
}

// count reads a whole number, 0 when it is none.
func (t text) count() int {
	n, _ := strconv.Atoi(string(t))
	return n
}
