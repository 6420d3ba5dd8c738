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

// scalar is a string, number or boolean of a reply: 4 and "4" are the same id. Anything
// else is read as empty.
type scalar string

func (v *scalar) UnmarshalJSON(raw []byte) error {
	*v = ""
	switch raw[0] {
	case '"':
		var s string
		if json.Unmarshal(raw, &s) == nil {
			*v = scalar(s)
		}
	case '{', '[', 'n': // or null
	default:
		*v = scalar(raw)
	}
	return nil
}

func (v scalar) bool() bool { return v == "1" || strings.EqualFold(string(v), "true") }

// time returns a time, zero if it is invalid. Without a zone it is UTC. Implausible years
// stand for "never".
func (v scalar) time() time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, string(v)); err == nil && at.Year() >= 2000 && at.Year() < 2100 {
			return at.UTC()
		}
	}
	return time.Time{}
}

const (
	// maxEntries limits each list and each table of a reply.
	maxEntries = 1000
	maxName    = 80  // runes of the name of a stop, a route or a destination
	maxNumber  = 8   // runes of a route's number
	maxTitle   = 200 // runes of a disruption's title
	maxDetail  = 300 // runes of the detail of an error
)

// list is an array without its invalid elements.
type list[T any] struct {
	items   []T
	valid   bool // it is an array
	skipped int  // elements that were left out; all beyond maxEntries count as one
}

func (l *list[T]) UnmarshalJSON(raw []byte) error {
	*l = list[T]{valid: raw[0] == '['}
	if !l.valid {
		return nil
	}
	in := json.NewDecoder(bytes.NewReader(raw))
	_, _ = in.Token() // the bracket
	for in.More() && len(l.items)+l.skipped < maxEntries {
		var item T
		if in.Decode(&item) != nil {
			l.skipped++
			continue
		}
		l.items = append(l.items, item)
	}
	if in.More() {
		l.skipped++
	}
	return nil
}

// table is an object with ids as keys, without its invalid values.
type table[T any] map[scalar]T

func (m *table[T]) UnmarshalJSON(raw []byte) error {
	*m = table[T]{}
	if raw[0] != '{' {
		return nil
	}
	in := json.NewDecoder(bytes.NewReader(raw))
	_, _ = in.Token() // the bracket
	for n := 0; in.More() && n < maxEntries; n++ {
		var item T
		key, _ := in.Token()
		if in.Decode(&item) == nil {
			(*m)[scalar(key.(string))] = item
		}
	}
	return nil
}

// envelope has the fields of every reply, also of errors.
type envelope struct {
	Message scalar `json:"message"` // capitalized in errors of ASP.NET; json ignores the case
	Status  struct {
		Health scalar `json:"health"`
	} `json:"status"`
}

// decode reads an object, and tells whether it is one. Fields of the wrong type are left
// unset.
func decode(body []byte, into any) bool {
	var mistyped *json.UnmarshalTypeError
	err := json.Unmarshal(body, into)
	return bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) && (err == nil || errors.As(err, &mistyped))
}

// clean makes text printable: one line of at most limit runes, without control characters.
func clean(s string, limit int) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) })
	return textfmt.Clip(strings.Join(words, " "), limit)
}

// int returns an integer, 0 if it is invalid.
func (v scalar) int() int {
	n, _ := strconv.Atoi(string(v))
	return n
}
