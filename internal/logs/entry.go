package logs

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"ptvd/internal/scheduler"
)

// entry is a record that is ready to be written.
type entry struct {
	time    time.Time
	level   slog.Level
	plugin  string // the instance's name; empty: the daemon itself
	message string
	fields  []field
	id      MessageID
	stack   string
	pc      uintptr // of the call that logged it
}

// field is an attribute. One that was measured or counted tells no two problems
// apart.
type field struct {
	key, value string
	measured   bool
}

// Bounds in bytes: the daemon may be quoting a stranger, and `journalctl -o json`
// shows no field of more than 4096 unless it is asked to.
const (
	longest      = 4000 // for a message and a value
	longestStack = 16 << 10
)

// with returns the entry with one more field, and leaves e as it is.
func (e entry) with(f field) entry {
	e.fields = append(slices.Clip(e.fields), f)
	return e
}

// add takes an attribute in; prefix is that of its groups.
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
		e.plugin = clip(value.String(), longest)
	case "stack":
		e.addStack(value.String())
	default:
		e.addField(key, value)
	}
}

func (e *entry) addField(key string, value slog.Value) {
	f := field{key: key}
	switch value.Kind() {
	case slog.KindDuration, slog.KindInt64, slog.KindUint64, slog.KindFloat64:
		f.value, f.measured = value.String(), true
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
			f.value = fmt.Sprint(v)
			if p, ok := errors.AsType[*scheduler.PanicError](v); ok {
				e.addStack(string(p.Stack))
			}
		default:
			f.value = fmt.Sprint(v)
		}
	default:
		f.value = value.String()
	}
	f.value = clip(f.value, longest)
	*e = e.with(f)
}

// addStack keeps a stack apart and names the line at fault among the fields.
func (e *entry) addStack(stack string) {
	e.stack = clip(strings.TrimSpace(stack), longestStack)
	if line := culprit(e.stack); line != "" {
		*e = e.with(field{key: "at", value: line})
	}
}

func clip(s string, limit int) string {
	if len(s) > limit {
		s = fmt.Sprintf("%s… (%d bytes in all)", s[:limit], len(s))
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
