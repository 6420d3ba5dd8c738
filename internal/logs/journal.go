package logs

import (
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strconv"
	"strings"

	"ptvd/internal/textfmt"

	"github.com/coreos/go-systemd/v22/journal"
)

// toJournal writes to systemd's journal with its native protocol. The message has
// the attributes too, so that `journalctl -u ptvd` shows all of it.
type toJournal struct {
	send func(message string, priority journal.Priority, fields map[string]string) error
	// Where the journal's socket does not take it, the entry goes to the stream
	// that the journal reads as well.
	stream io.Writer
}

func (j toJournal) write(e entry) {
	message := e.sentence()
	if e.plugin != "" {
		message = textfmt.Printable(e.plugin) + ": " + message
	}
	priority := priorityOf(e.level)
	if j.send(message, priority, journalFields(e)) == nil {
		return
	}
	if e.stack != "" {
		message += block("stack", e.stack)
	}
	// A line's priority stands at its head, see sd-daemon(3).
	for line := range strings.Lines(message) {
		_, _ = fmt.Fprintf(j.stream, "<%d>%s\n", priority, strings.TrimRight(line, "\n"))
	}
}

func priorityOf(level slog.Level) journal.Priority {
	switch {
	case level >= slog.LevelError:
		return journal.PriErr
	case level >= slog.LevelWarn:
		return journal.PriWarning
	case level >= slog.LevelInfo:
		return journal.PriInfo
	default:
		return journal.PriDebug
	}
}

// journalFields returns all but the message and the priority. See
// systemd.journal-fields(7).
func journalFields(e entry) map[string]string {
	fields := map[string]string{"SYSLOG_IDENTIFIER": "ptvd"}
	for _, f := range e.fields {
		fields[fieldName(f.key)] = f.value
	}
	if e.plugin != "" {
		fields["PTVD_PLUGIN"] = e.plugin
	}
	if e.stack != "" {
		fields["PTVD_STACK"] = e.stack
	}
	if e.id != "" {
		fields["MESSAGE_ID"] = string(e.id)
	}
	if e.pc != 0 {
		caller, _ := runtime.CallersFrames([]uintptr{e.pc}).Next()
		fields["CODE_FILE"] = caller.File
		fields["CODE_LINE"] = strconv.Itoa(caller.Line)
		fields["CODE_FUNC"] = caller.Function
	}
	return fields
}

// longestName is the journal's own bound.
const longestName = 64

// fieldName returns a name that the journal takes: capitals, digits, underscores.
func fieldName(key string) string {
	name := "PTVD_" + strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(key))
	return name[:min(len(name), longestName)]
}
