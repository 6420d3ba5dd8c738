package logs

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/lmittmann/tint"
	"golang.org/x/term"
)

// New returns a logger whose lines suit the file that they end up in.
func New(out io.Writer, file *os.File, level slog.Level) *slog.Logger {
	options := &tint.Options{
		Level:      level,
		TimeFormat: time.TimeOnly,
		NoColor:    !term.IsTerminal(int(file.Fd())) || os.Getenv("NO_COLOR") != "",
	}
	if isJournal(file) {
		return slog.New(tint.NewHandler(&priority{out}, forJournal(options)))
	}
	return slog.New(tint.NewHandler(out, options))
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

// forJournal leaves out the time, which the journal knows better, and the level,
// which goes into the priority.
func forJournal(o *tint.Options) *tint.Options {
	o.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	return o
}

// priority turns tint's three letters at the head of a line into the prefix that
// systemd reads, see sd-daemon(3).
type priority struct{ out io.Writer }

var prefixes = map[string]string{"ERR": "<3>", "WRN": "<4>", "INF": "<6>", "DBG": "<7>"}

func (p *priority) Write(line []byte) (int, error) {
	level, text, ok := strings.Cut(string(line), " ")
	prefix, known := prefixes[level]
	if !ok || !known {
		return p.out.Write(line)
	}
	// A line break would begin a record of another priority.
	text = prefix + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+prefix) + "\n"
	_, err := io.WriteString(p.out, text)
	return len(line), err
}
