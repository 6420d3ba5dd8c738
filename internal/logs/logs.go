// Package logs writes the daemon's log, as text or to the systemd journal. A record
// passes through these stages:
//
//	slog → handler → repeats → queue → text or journal
//
// The handler turns the values of a record into strings, on the goroutine that
// logs, so that later changes to them do not matter. Repeats holds back and counts
// a warning that equals an earlier one. The queue separates the event loop from a
// slow reader: logging never blocks. A goroutine behind it writes the entries.
package logs

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"syscall"

	"github.com/coreos/go-systemd/v22/journal"
	"golang.org/x/term"
)

// Log is a logger that never blocks. Close it to write what is still queued.
type Log struct {
	*slog.Logger
	repeats *repeats
	queue   *queue
}

// New returns a log for a file: in the journal's protocol if systemd connected the
// file to the journal, otherwise as text, with colors on a terminal unless NO_COLOR
// is set. The text is written to out, which is the file itself or a writer in front
// of it.
func New(out io.Writer, file *os.File, level slog.Level) *Log {
	if IsJournal(file) {
		return start(journalWriter{journal.Send, out}, level)
	}
	return start(textWriter{out, wantsColors(file)}, level)
}

func start(to writer, level slog.Level) *Log {
	l := &Log{queue: newQueue(to)}
	l.repeats = &repeats{next: l.queue.put}
	l.Logger = slog.New(&handler{level: level, next: l.repeats.put})
	return l
}

// Close logs the counts of repeats that are still held back and waits for the
// queue to be written, for half a second at most. Later records are dropped.
func (l *Log) Close() error {
	l.repeats.close()
	l.queue.close()
	return nil
}

// IsJournal reports whether a file is the stream that JOURNAL_STREAM names, see
// systemd.exec(5).
func IsJournal(file *os.File) bool {
	info, err := file.Stat()
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && fmt.Sprintf("%d:%d", stat.Dev, stat.Ino) == os.Getenv("JOURNAL_STREAM")
}

// wantsColors follows https://no-color.org.
func wantsColors(file *os.File) bool {
	return term.IsTerminal(int(file.Fd())) && os.Getenv("NO_COLOR") == ""
}
