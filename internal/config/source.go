package config

import (
	"slices"
	"strings"

	"ptvd/internal/textfmt"
)

// source is the text of a file, for the lines under the faults.
type source struct {
	name   string
	lines  [][]rune
	hidden []span // what a source line does not show
}

// point is a place in the text: line and column from 1, in characters.
type point struct{ line, column int }

func (p point) before(q point) bool {
	return p.line < q.line || p.line == q.line && p.column < q.column
}

// span is a part of the text, up to but without its end.
type span struct{ from, to point }

func (s span) overlaps(o span) bool { return s.from.before(o.to) && o.from.before(s.to) }

func newSource(name, text string) *source {
	s := &source{name: name}
	for line := range strings.Lines(text) {
		s.lines = append(s.lines, []rune(strings.TrimRight(line, "\r\n")))
	}
	if len(s.lines) == 0 {
		s.lines = make([][]rune, 1)
	}
	return s
}

// fault places a message. Its source line comes at the end, by finish, when it is
// known what to mask.
func (s *source) fault(at point, path, message string) Fault {
	at.line = min(max(at.line, 1), len(s.lines))
	at.column = min(max(at.column, 1), len(s.lines[at.line-1])+1)
	return Fault{File: s.name, Line: at.line, Column: at.column, Path: textfmt.OneLine(path, 200), Message: textfmt.OneLine(message, 600)}
}

// finish sorts the faults and gives them their source lines.
func (s *source) finish(faults Faults) Faults {
	faults.sort()
	for i := range faults {
		f := &faults[i]
		f.Source, f.caret = s.excerpt(point{f.Line, f.Column})
	}
	return faults
}

const (
	mask = "***"

	// A longer line is shown in part.
	maxExcerpt = 120
)

// excerpt returns the line at a place, fit to be printed, and where in it the
// place is.
func (s *source) excerpt(at point) (text string, caret int) {
	line := s.lines[at.line-1]
	first, last := 0, len(line)
	if last > maxExcerpt {
		first = max(0, at.column-maxExcerpt/2)
		last = min(last, first+maxExcerpt)
	}
	window := span{point{at.line, first + 1}, point{at.line, last + 1}}
	hidden := slices.DeleteFunc(slices.Clone(s.hidden), func(h span) bool { return !h.overlaps(window) })

	var out []rune
	if first > 0 {
		out = append(out, '…')
	}
	var masked span // the one that the last character was in
	for i := first; i < last; i++ {
		here := point{at.line, i + 1}
		in := slices.IndexFunc(hidden, func(h span) bool { return !here.before(h.from) && here.before(h.to) })
		switch {
		case in < 0:
			masked = span{}
			out = append(out, textfmt.PrintableRune(line[i]))
		case hidden[in] != masked:
			masked = hidden[in]
			out = append(out, []rune(mask)...)
		}
		if here.column < at.column {
			caret = len(out)
		} else if here.column == at.column && masked != (span{}) {
			caret = len(out) - len(mask)
		}
	}
	if last < len(line) {
		out = append(out, '…')
	}
	return strings.TrimRight(string(out), " "), caret
}
