package logs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"strings"
	"time"

	"ptvd/internal/scheduler"
)

// entry is a record whose values have become strings.
type entry struct {
	time    time.Time
	level   slog.Level
	plugin  string // the instance's name; empty for the daemon itself
	message string
	fields  []field
	id      MessageID
	stack   string
	pc      uintptr // of the logging call
}

// field is an attribute. The value of a measured one (a duration, a time, a number)
// does not distinguish one problem from another.
type field struct {
	key, value string
	measured   bool
}

// Limits in bytes. A message may quote text of any length from outside, and
// `journalctl -o json` omits fields of more than 4096 bytes.
const (
	maxValue = 4000 // of a message or a value
	maxStack = 16 << 10
)

// handler is a slog.Handler that makes entries of records.
type handler struct {
	level  slog.Level
	next   func(entry)
	base   entry  // holds the attributes of WithAttrs
	prefix string // of the open groups
}

func (h *handler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level }

func (h *handler) Handle(_ context.Context, r slog.Record) error {
	e := h.base
	e.time, e.level, e.message, e.pc = r.Time, r.Level, clip(r.Message, maxValue), r.PC
	for a := range r.Attrs {
		e.add(h.prefix, a)
	}
	h.next(e)
	return nil
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	child := *h
	for _, a := range attrs {
		child.base.add(h.prefix, a)
	}
	return &child
}

func (h *handler) WithGroup(name string) slog.Handler {
	child := *h
	if name != "" {
		child.prefix += name + "."
	}
	return &child
}

// with returns a copy of the entry with one more field.
func (e entry) with(f field) entry {
	e.fields = append(slices.Clip(e.fields), f)
	return e
}

// add adds an attribute whose groups have the given prefix.
func (e *entry) add(prefix string, a slog.Attr) {
	value := a.Value.Resolve()
	if value.Kind() == slog.KindGroup {
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, member := range value.Group() {
			e.add(prefix, member)
		}
		return
	}
	if a.Equal(slog.Attr{}) {
		return
	}
	switch key := prefix + a.Key; key {
	case "plugin":
		e.plugin = clip(value.String(), maxValue)
	case "stack":
		e.addStack(value.String())
	default:
		e.addField(key, value)
	}
}

func (e *entry) addField(key string, value slog.Value) {
	f := field{key: key, value: value.String()}
	switch value.Kind() {
	case slog.KindDuration, slog.KindInt64, slog.KindUint64, slog.KindFloat64:
		f.measured = true
	case slog.KindTime:
		f.value, f.measured = value.Time().Format("2006-01-02T15:04:05.000Z07:00"), true
	case slog.KindAny:
		switch v := value.Any().(type) {
		case MessageID:
			e.id = v
			return
		case []byte:
			f.value = string(v)
		case error:
			if p, ok := errors.AsType[*scheduler.PanicError](v); ok {
				e.addStack(string(p.Stack))
			}
		}
	}
	f.value = clip(f.value, maxValue)
	*e = e.with(f)
}

// addStack stores a stack trace, and the failing line in the field "at".
func (e *entry) addStack(stack string) {
	e.stack = clip(strings.TrimSpace(stack), maxStack)
	if line := failingLine(e.stack); line != "" {
		*e = e.with(field{key: "at", value: line})
	}
}

func clip(s string, limit int) string {
	if len(s) > limit {
		s = fmt.Sprintf("%s… (%d bytes in all)", s[:limit], len(s))
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// failingLine returns the innermost line of a Go stack trace that belongs neither
// to the standard library nor to the scheduler. Frames above a panic are skipped:
// they run deferred calls.
func failingLine(stack string) string {
	lines := strings.Split(stack, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "panic(") {
			lines = lines[i+1:]
			break
		}
	}
	for i := range len(lines) - 1 {
		function, position := lines[i], lines[i+1]
		if strings.HasPrefix(position, "\t") && !strings.HasPrefix(function, "created by ") && isPluginCode(function) {
			return shorten(function, position)
		}
	}
	return ""
}

// isPluginCode judges a function by its name, such as
// ptvd/plugins/fade.(*lamp).step(0x1). Outside the standard library the first
// element of an import path contains a dot, except in this module and in package
// main.
func isPluginCode(function string) bool {
	name, _, _ := strings.Cut(function, "(")
	first, _, hasFolder := strings.Cut(name, "/")
	switch {
	case strings.HasPrefix(name, "ptvd/internal/scheduler."):
		return false
	case hasFolder:
		return first == "ptvd" || strings.Contains(first, ".")
	default:
		return strings.HasPrefix(name, "main.")
	}
}

// shorten formats a frame as fade.(*lamp).step (lamp.go:88).
func shorten(function, position string) string {
	if arguments := strings.LastIndex(function, "("); arguments > 0 {
		function = function[:arguments]
	}
	position, _, _ = strings.Cut(strings.TrimSpace(position), " +0x")
	return path.Base(function) + " (" + path.Base(position) + ")"
}
