package hwcheck

import (
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"ptvd/internal/scheduler"
	"ptvd/internal/textfmt"
)

// sheet is what is written on. A terminal that stands still holds up a task and a
// goroutine beside the loop, and neither the loop nor an edge.
type sheet struct {
	out   io.Writer
	width int // 0: lines are not broken
	lines *scheduler.Queue[string]
	lost  int // since the latest line that is among them
}

// mostLines is how many lines wait for a terminal that stands still.
const mostLines = 1000

func newSheet(out io.Writer, width int) *sheet {
	return &sheet{out: out, width: width, lines: scheduler.NewQueue[string](mostLines)}
}

// line writes a line: a head, and a text that is broken between words and goes on
// below its beginning. What follows a line break is not broken.
func (s *sheet) line(head, format string, args ...any) {
	text, picture, hasPicture := strings.Cut(fmt.Sprintf(format, args...), "\n")
	indent := strings.Repeat(" ", utf8.RuneCountInString(head))
	lines := []string{text}
	if room := s.width - len(indent); room >= narrowest {
		lines = textfmt.Wrap(text, room)
	}
	if hasPicture {
		lines = append(lines, strings.Split(picture, "\n")...)
	}
	whole := strings.TrimRight(head+strings.Join(lines, "\n"+indent), " ") + "\n"
	if s.lost > 0 {
		whole = fmt.Sprintf("(%s could not be written in time)\n", count(s.lost, "line")) + whole
	}
	if s.lost++; s.lines.TryPut(whole) {
		s.lost = 0
	}
}

// endOfSheet is no line: those end with a line break.
const endOfSheet = ""

// write is the task that writes.
func (s *sheet) write(t *scheduler.Task) error {
	for {
		text, err := s.lines.Get(t)
		if err != nil || text == endOfSheet {
			return err
		}
		if _, err := scheduler.Await(t, func(context.Context) (int, error) { return io.WriteString(s.out, text) }); err != nil {
			return err
		}
	}
}

// end waits until everything is written.
func (s *sheet) end(t *scheduler.Task, writing *scheduler.Task) error {
	if writing.Done() {
		return writing.Err()
	}
	if err := s.lines.Put(t, endOfSheet); err != nil {
		return err
	}
	return t.Join(writing)
}

// narrowest is a width below which lines are not broken: it would only make them
// harder to read.
const narrowest = 20
