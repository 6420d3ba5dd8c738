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
		return start(journalWriter{journal.Send, out}.write, level)
	}
	return start(textWriter{out, wantsColors(file)}.write, level)
}

func start(write func(entry), level slog.Level) *Log {
	l := &Log{queue: newQueue(write)}
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

// MessageID marks a record that an administrator should act on. `journalctl
// MESSAGE_ID=…` finds it, and `journalctl -x` shows the text that ptvd.catalog has
// for it.
type MessageID string

const (
	// InstanceFailed: an instance failed; on_error decides whether it is restarted.
	InstanceFailed MessageID = "5a4cc7f0ea54440ab53d0f2fae35e34f"
	// InstanceDegraded: an instance runs with reduced function.
	InstanceDegraded MessageID = "0d7f2a1c9b8e4f6a8a5c3e1d7b9f0264"
	// LoopBlocked: a task blocks the event loop.
	LoopBlocked MessageID = "6d26df7d3144478baa354deba2118389"
	// MachineStarved: other processes had the CPU, and the event loop had to wait.
	MachineStarved MessageID = "4b0c1de1a6f9431c9f0e5d7a82c36e10"
	// PageDisabled: the web server was not started, because of its token.
	PageDisabled MessageID = "c2e3b6f1d0a84c7db5c1a4f09e6d7b38"
	// StartFailed: the daemon did not start, or ended with an error.
	StartFailed MessageID = "8f1d5e0a4b7c4a21b6d3907ce2f45a19"
	// ReloadFailed: the new configuration was not applied; the previous one is kept.
	ReloadFailed MessageID = "6191b4e0c5294062bd12fd8f6ebf10ea"
)

// ID returns the attribute that gives a record its message id. The id becomes a
// field of the journal and is not part of the text.
func ID(id MessageID) slog.Attr { return slog.Any("message_id", id) }
