package schema

import (
	"fmt"
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
		least = (len(text)+2)/3 + 1
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
