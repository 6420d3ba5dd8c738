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

// journalWriter writes to the systemd journal in its native protocol. The message
// includes the attributes, so that `journalctl -u ptvd` shows them.
type journalWriter struct {
	send func(message string, priority journal.Priority, fields map[string]string) error
	// stream is also read by the journal; it gets what the journal's socket refuses.
	stream io.Writer
}

func (j journalWriter) write(e entry) {
	message := e.text()
	if e.plugin != "" {
		message = textfmt.Printable(e.plugin) + ": " + message
	}
	priority, _, _ := severityOf(e.level)
	if j.send(message, priority, journalFields(e)) == nil {
		return
	}
	if e.stack != "" {
		message += block("stack", e.stack)
	}
	// Each line starts with its priority, see sd-daemon(3).
	for line := range strings.Lines(message) {
		_, _ = fmt.Fprintf(j.stream, "<%d>%s\n", priority, strings.TrimRight(line, "\n"))
	}
}

// severityOf returns how a level is shown: in the journal, and in text.
func severityOf(level slog.Level) (priority journal.Priority, word, color string) {
	switch {
	case level >= slog.LevelError:
		return journal.PriErr, "error:", red
	case level >= slog.LevelWarn:
		return journal.PriWarning, "warning:", yellow
	case level >= slog.LevelInfo:
		return journal.PriInfo, "", ""
	}
	return journal.PriDebug, "debug:", faint
}

// journalFields returns the fields except the message and the priority, see
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

// maxFieldName is the journal's limit.
const maxFieldName = 64

// fieldName returns a valid name for the journal: upper-case letters, digits and
// underscores.
func fieldName(key string) string {
	name := "PTVD_" + strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(key))
	return name[:min(len(name), maxFieldName)]
}
