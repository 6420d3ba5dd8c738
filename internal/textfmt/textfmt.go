// Package textfmt formats text for a terminal, a log or a status line.
package textfmt

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// PrintableRune returns a space for white space of any kind, U+FFFD for any other
// character that is not printable, and a printable character unchanged.
func PrintableRune(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsPrint(r):
		return r
	}
	return unicode.ReplacementChar
}

// Printable applies [PrintableRune] to each character, so that the text is one line
// and contains no control sequences. Invalid UTF-8 becomes U+FFFD, too.
func Printable(s string) string { return strings.Map(PrintableRune, s) }

// Clip shortens a text to limit characters, the last of which is then an ellipsis.
func Clip(s string, limit int) string {
	if limit <= 0 {
		return ""
	}
	count, end := 0, 0 // end of the text before the ellipsis
	for i := range s {
		if count == limit-1 {
			end = i
		}
		if count++; count > limit {
			return strings.TrimRight(s[:end], " ") + "…"
		}
	}
	return s
}

// OneLine is Printable and then Clip.
func OneLine(s string, limit int) string { return Clip(Printable(s), limit) }

// Wrap breaks a text between words into lines of at most width characters. A word
// that is longer has a line of its own. The result has at least one line.
func Wrap(s string, width int) []string {
	lines := []string{""}
	for word := range strings.FieldsSeq(s) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case utf8.RuneCountInString(*last)+1+utf8.RuneCountInString(word) <= width:
			*last += " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}

// Count is "1 part" or "2 parts".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
