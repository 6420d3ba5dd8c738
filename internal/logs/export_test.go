package logs

import (
	"io"
	"log/slog"
	"os"

	"github.com/coreos/go-systemd/v22/journal"
)

// NewJournal returns a log that writes to a journal through send.
func NewJournal(send func(string, journal.Priority, map[string]string) error, stream io.Writer, level slog.Level) *Log {
	return start(journalWriter{send, stream}.write, level)
}

// NewTerminal returns a log with colors.
func NewTerminal(out io.Writer) *Log { return start(textWriter{out, true}.write, slog.LevelDebug) }

func WantsColors(file *os.File) bool { return wantsColors(file) }

const QueueSize = queueSize
