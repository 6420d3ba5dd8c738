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

// Log is a logger that never waits. Close it to write what is left.
type Log struct {
	*slog.Logger
	repeats *repeats
	queue   *queue
}

// New returns a log that suits the file it ends up in: the journal, where that is
// what systemd has connected the file to; else lines for people, with colours on
// a terminal that wants them. The lines go through out, which is the file itself
// or stands before it.
func New(out io.Writer, file *os.File, level slog.Level) *Log {
	if isJournal(file) {
		return start(toJournal{journal.Send, out}, level)
	}
	return start(toText{out, wantsColours(file)}, level)
}

func start(to destination, level slog.Level) *Log {
	l := &Log{queue: newQueue(to)}
	l.repeats = &repeats{next: l.queue.put}
	l.Logger = slog.New(&handler{level: level, next: l.repeats.put})
	return l
}

// Close says what repeats were not said yet, and gives the reader half a second
// for what waits. What is logged later is dropped.
func (l *Log) Close() error {
	l.repeats.close()
	l.queue.close()
	return nil
}

// isJournal tells whether a file is the stream that systemd names in
// JOURNAL_STREAM, as systemd.exec(5) says to find out.
func isJournal(file *os.File) bool {
	info, err := file.Stat()
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && fmt.Sprintf("%d:%d", stat.Dev, stat.Ino) == os.Getenv("JOURNAL_STREAM")
}

// wantsColours honours https://no-color.org.
func wantsColours(file *os.File) bool {
	return term.IsTerminal(int(file.Fd())) && os.Getenv("NO_COLOR") == ""
}
