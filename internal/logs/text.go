package logs

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"ptvd/internal/textfmt"
)

// toText writes lines for people:
//
//	07:52:10 trains   warning: degraded err="HTTP 503"
type toText struct {
	out     io.Writer
	colours bool
}

// The colours of ECMA-48, SGR.
const (
	faint  = "2"
	red    = "31"
	yellow = "33"
	cyan   = "36"
)

func (t toText) write(e entry) {
	name := e.plugin
	if name == "" {
		name = "ptvd"
	}
	var b strings.Builder
	b.WriteString(t.in(faint, e.time.Format(time.TimeOnly)) + " ")
	b.WriteString(t.in(cyan, fmt.Sprintf("%-8s", textfmt.Printable(name))) + " ")
	b.WriteString(t.word(e.level) + e.sentence())
	if e.stack != "" {
		b.WriteString(t.in(faint, block("stack", e.stack)))
	}
	b.WriteString("\n")
	_, _ = io.WriteString(t.out, b.String()) // there is no other place to complain
}

func (t toText) word(level slog.Level) string {
	switch {
	case level >= slog.LevelError:
		return t.in(red, "error:") + " "
	case level >= slog.LevelWarn:
		return t.in(yellow, "warning:") + " "
	case level >= slog.LevelInfo:
		return ""
	default:
		return t.in(faint, "debug:") + " "
	}
}

func (t toText) in(colour, text string) string {
	if !t.colours {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}
