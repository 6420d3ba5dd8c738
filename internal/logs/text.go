package logs

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"ptvd/internal/textfmt"
)

// textWriter writes lines for people:
//
//	07:52:10 trains   warning: degraded err="HTTP 503"
type textWriter struct {
	out    io.Writer
	colors bool
}

// Select Graphic Rendition parameters (ECMA-48).
const (
	faint  = "2"
	red    = "31"
	yellow = "33"
	cyan   = "36"
)

func (t textWriter) write(e entry) {
	name := cmp.Or(e.plugin, "ptvd")
	_, word, color := severityOf(e.level)
	var b strings.Builder
	b.WriteString(t.colored(faint, e.time.Format(time.TimeOnly)) + " ")
	b.WriteString(t.colored(cyan, fmt.Sprintf("%-8s", textfmt.Printable(name))) + " ")
	if word != "" {
		b.WriteString(t.colored(color, word) + " ")
	}
	b.WriteString(e.text())
	if e.stack != "" {
		b.WriteString(t.colored(faint, block("stack", e.stack)))
	}
	b.WriteString("\n")
	_, _ = io.WriteString(t.out, b.String()) // a log that cannot be written cannot report it
}

func (t textWriter) colored(color, text string) string {
	if !t.colors {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// text returns the message and the attributes:
//
//	degraded err="HTTP 503" retry_in=40s
//
// Values of several lines follow below, indented.
func (e entry) text() string {
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

// quoted quotes a value that is empty or contains spaces, quotes, equals signs or
// unprintable characters.
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
