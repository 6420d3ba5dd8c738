package config

import (
	"cmp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"ptvd/internal/textfmt"
)

// source is the text of a file, for the lines under the diagnostics.
type source struct {
	name   string
	lines  [][]rune
	nodes  []*yaml.Node // all nodes, in the order of the text
	masked []span       // what a source line does not show
}

// position is a place in the text: line and column from 1, in characters.
type position struct{ line, column int }

func positionOf(n *yaml.Node) position { return position{max(n.Line, 1), max(n.Column, 1)} }

func (p position) before(q position) bool {
	return p.line < q.line || p.line == q.line && p.column < q.column
}

// span is a part of the text, up to but without its end.
type span struct{ from, to position }

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

// diagnostic places a message. Its source line is added by finish, when it is known
// what to mask.
func (s *source) diagnostic(severity Severity, at position, path, message string) Diagnostic {
	if at.line > 0 {
		at.line = min(at.line, len(s.lines))
		at.column = min(max(at.column, 1), len(s.lines[at.line-1])+1)
	}
	return Diagnostic{
		Severity: severity, File: s.name, Line: at.line, Column: at.column,
		Path: textfmt.OneLine(path, 200), Message: textfmt.OneLine(message, 600),
	}
}

// finish sorts the diagnostics and gives them their source lines.
func (s *source) finish(list Diagnostics) Diagnostics {
	slices.SortStableFunc(list, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	for i := range list {
		if d := &list[i]; d.Line > 0 {
			d.Source, d.caret = s.excerpt(position{d.Line, d.Column})
		}
	}
	return list
}

const (
	mask = "***"

	// A longer line is shown in part.
	maxExcerpt = 120
)

// excerpt returns the line at a position, fit to be printed, and where in it the
// position is.
func (s *source) excerpt(at position) (text string, caret int) {
	line := s.lines[at.line-1]
	first, last := 0, len(line)
	if last > maxExcerpt {
		first = max(0, at.column-maxExcerpt/2)
		last = min(last, first+maxExcerpt)
	}
	window := span{position{at.line, first + 1}, position{at.line, last + 1}}
	masked := slices.DeleteFunc(slices.Clone(s.masked), func(m span) bool { return !m.overlaps(window) })

	var out []rune
	if first > 0 {
		out = append(out, '…')
	}
	var inside span // the masked part that the last character was in
	for i := first; i < last; i++ {
		here := position{at.line, i + 1}
		in := slices.IndexFunc(masked, func(m span) bool { return !here.before(m.from) && here.before(m.to) })
		switch {
		case in < 0:
			inside = span{}
			out = append(out, textfmt.PrintableRune(line[i]))
		case masked[in] != inside:
			inside = masked[in]
			out = append(out, []rune(mask)...)
		}
		if here.column < at.column {
			caret = len(out)
		} else if here.column == at.column && inside != (span{}) {
			caret = len(out) - len(mask)
		}
	}
	if last < len(line) {
		out = append(out, '…')
	}
	return strings.TrimRight(string(out), " "), caret
}
