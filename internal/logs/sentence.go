package logs

import (
	"strconv"
	"strings"
	"unicode"

	"ptvd/internal/textfmt"
)

// sentence returns the message and the attributes as people read them:
//
//	degraded err="HTTP 503" retry_in=40s
//
// A value of several lines follows below, indented.
func (e entry) sentence() string {
	var b strings.Builder
	b.WriteString(textfmt.Printable(e.message))
	for _, f := range e.fields {
		if !strings.Contains(f.value, "\n") {
			b.WriteString(" " + textfmt.Printable(f.key) + "=" + quoted(f.value))
		}
	}
	for _, f := range e.fields {
		if strings.Contains(f.value, "\n") {
			b.WriteString(block(f.key, f.value))
		}
	}
	return b.String()
}

// quoted puts a value into quotes where its end could not be seen without.
func quoted(value string) string {
	plain := value != "" && !strings.ContainsFunc(value, func(r rune) bool {
		return r == ' ' || r == '"' || r == '=' || !unicode.IsPrint(r)
	})
	if plain {
		return value
	}
	return strconv.Quote(value)
}

func block(key, value string) string {
	var b strings.Builder
	b.WriteString("\n  " + textfmt.Printable(key) + ":")
	for line := range strings.Lines(value) {
		b.WriteString("\n    " + textfmt.Printable(strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", "    ")))
	}
	return b.String()
}
