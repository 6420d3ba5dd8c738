package logs

import (
	"io"
	"log/slog"
	"os"

	"github.com/coreos/go-systemd/v22/journal"
)

// NewJournal returns a log that writes to a journal of the test's own.
func NewJournal(send func(string, journal.Priority, map[string]string) error, stream io.Writer, level slog.Level) *Log {
	return start(toJournal{send, stream}, level)
}

// NewTerminal returns a log in colours.
func NewTerminal(out io.Writer) *Log { return start(toText{out, true}, slog.LevelDebug) }

func IsJournal(file *os.File) bool    { return isJournal(file) }
func WantsColours(file *os.File) bool { return wantsColours(file) }

const Queued = queued
