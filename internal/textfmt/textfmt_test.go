package textfmt_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"ptvd/internal/textfmt"
)

func TestPrintableRemovesControlCharactersAndKeepsOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"Flinders Street":      "Flinders Street",
		"lamp\x1b[2J é":        "lamp\uFFFD[2J é",
		"a\tb\r\nc":            "a b  c",
		"not UTF-8: \xff":      "not UTF-8: \uFFFD",
		"right to left \u202e": "right to left \uFFFD",
	} {
		if got := textfmt.Printable(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}

func TestClipCountsCharactersAndMarksTheCut(t *testing.T) {
	for _, c := range []struct {
		text  string
		limit int
		want  string
	}{
		{"départ", 6, "départ"},
		{"départ", 5, "dépa…"},
		{"up and down", 4, "up…"},
		{"ab", 1, "…"},
		{"ab", 0, ""},
		{"", 3, ""},
	} {
		if got := textfmt.Clip(c.text, c.limit); got != c.want {
			t.Errorf("%q in %d: %q, not %q", c.text, c.limit, got, c.want)
		}
	}
}

func TestWrapBreaksBetweenWords(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"one two three", 7, []string{"one two", "three"}},
		{"a  déjà\nvu", 6, []string{"a déjà", "vu"}},
		{"incomprehensible to me", 5, []string{"incomprehensible", "to me"}},
		{"", 5, []string{""}},
	} {
		if got := textfmt.Wrap(c.text, c.width); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d: %q, not %q", c.text, c.width, got, c.want)
		}
	}
}

func FuzzOneLine(f *testing.F) {
	f.Add("a\x1b\xff\u202e\n…", 3)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		got := textfmt.OneLine(text, limit)
		bad := func(r rune) bool { return !unicode.IsPrint(r) }
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > max(0, limit) || strings.ContainsFunc(got, bad) {
			t.Errorf("%q in %d is %q", text, limit, got)
		}
	})
}
