package schema

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"ptvd/internal/textfmt"
)

// Quote shows a text that was found, on one short line.
func Quote(text string) string {
	const limit = 40
	if text != "" && len(text) <= limit && !strings.ContainsAny(text, " \"'") {
		return text
	}
	return strconv.Quote(textfmt.Clip(text, limit))
}

// Join writes a list as prose does: a, b or c.
func Join(words []string, conjunction string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}

// Suggest is the end of a message that refuses a word: the word that was probably
// meant, or else all words there are.
func Suggest(text string, words []string) string {
	if word := Nearest(text, words); word != "" {
		return "did you mean " + word + "?" + Unusual(text)
	}
	if len(words) == 0 {
		return "there is none"
	}
	if len(words) == 1 {
		return "there is only " + words[0]
	}
	return "there are " + Join(words, "and")
}

// Unusual names the first character of a text that looks like another one or like
// none, such as a Cyrillic letter or a no-break space; empty: there is none.
func Unusual(text string) string {
	for _, r := range text {
		switch {
		case r < 0x80 || unicode.Is(unicode.Latin, r) || r == 'µ' || r == 'μ':
		case unicode.IsLetter(r):
			for script, table := range unicode.Scripts {
				if unicode.Is(table, r) {
					return fmt.Sprintf(" (%c is U+%04X, a letter of the %s script)", r, r, script)
				}
			}
		case unicode.In(r, unicode.Pi, unicode.Pf):
			return fmt.Sprintf(" (it contains %c, U+%04X; the quotes of YAML are \" and ')", r, r)
		case unicode.IsSpace(r):
			return fmt.Sprintf(" (it contains U+%04X, a space that is not the usual one)", r)
		default:
			return fmt.Sprintf(" (it contains %s, U+%04X)", textfmt.Printable(string(r)), r)
		}
	}
	return ""
}

// Nearest returns the word that a misspelled text may stand for, or "".
func Nearest(text string, words []string) string {
	text = strings.ToLower(text)
	best, least := "", 1 // of a single letter, only the case may be wrong
	if len(text) > 1 {
		least = (len(text)+1)/3 + 1
	}
	for _, word := range slices.Sorted(slices.Values(words)) {
		// A difference of length is a distance already.
		if max(len(word)-len(text), len(text)-len(word)) < least {
			if d := distance(text, strings.ToLower(word)); d < least {
				best, least = word, d
			}
		}
	}
	return best
}

// distance is the Damerau-Levenshtein distance in bytes, in the restricted form:
// how many letters to insert, delete, replace or swap with their neighbor.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			replace := last[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// One is what a value of the type is called: "a duration", "a list of GPIO lines".
func (t *Type) One() string {
	one, _ := t.called()
	return one
}

// called returns what one value is called, and several.
func (t *Type) called() (one, several string) {
	switch {
	case t.Kind == List:
		_, items := t.Elem.called()
		return "a list of " + items, "lists of " + items
	case t.Kind == Map:
		one = "names, each with " + t.Elem.One()
		return one, one
	case t.Choices() != nil:
		one = Join(Names(t.Choices()), "or")
		return one, one
	}
	return t.Kind.One, t.Kind.Several
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
