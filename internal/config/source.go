package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

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

func (p position) compare(q position) int {
	return cmp.Or(cmp.Compare(p.line, q.line), cmp.Compare(p.column, q.column))
}

func (p position) before(q position) bool { return p.compare(q) < 0 }

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
		return position{a.Line, a.Column}.compare(position{b.Line, b.Column})
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

const (
	// maxSize keeps the parser below 50 MB and 100 ms, whatever it is given: a
	// node takes 160 bytes and can be written with two. The longest sensible
	// configuration has a tenth of it.
	maxSize  = 128 << 10
	maxDepth = 32

	leastFile = "plugins: {NAME: {plugin: PLUGIN}}"
	noAliases = "anchors (&name) and aliases (*name) are not supported; write the value out, or put it in quotes if it is text"
	noTags    = "tags (!name) are not supported; remove the tag, or put the value in quotes if it is text"
	tooDeep   = "nested too deeply for a configuration"
)

// parseYAML reads a text as one YAML document. With diagnostics there is no root:
// the text is not YAML, or has what a configuration has no use for.
func parseYAML(name string, data []byte) (src *source, root *yaml.Node, found Diagnostics) {
	text, at, message := readable(data)
	src = newSource(name, text)
	start := position{1, 1}
	if message != "" {
		return src, nil, src.unparsed(src.diagnostic(Error, at, "", message))
	}
	root, second, err := parseDocument(text)
	switch {
	case err != nil:
		return src, nil, src.unparsed(src.explain(text, err))
	case root == nil || isNull(root):
		return src, nil, src.unparsed(src.diagnostic(Error, start, "", "empty file; it needs at least "+leastFile))
	case second != nil:
		return src, nil, src.unparsed(src.diagnostic(Error, positionOf(second), "", "second document; a configuration is a single one: remove the ---"))
	}
	if found = src.restrict(root, 0); found != nil {
		return src, nil, src.unparsed(found...)
	}
	return src, root, nil
}

// readable refuses what is no text before the parser sees it, and what the parser
// takes for a line end although editors do not. With a message, the text is what
// can be shown of it, if anything can.
func readable(data []byte) (text string, at position, message string) {
	at = position{1, 1}
	if len(data) > maxSize {
		return "", position{}, fmt.Sprintf("file too large: a configuration has at most %d KiB", maxSize>>10)
	}
	if bytes.HasPrefix(data, []byte{0xFE, 0xFF}) || bytes.HasPrefix(data, []byte{0xFF, 0xFE}) {
		return "", at, "UTF-16 is not supported; save the file as UTF-8"
	}
	text = string(bytes.TrimPrefix(data, []byte("\uFEFF")))
	for i, r := range text {
		switch {
		case r == '\n':
			at = position{at.line + 1, 1}
			continue
		case r == '\r' && !strings.HasPrefix(text[i:], "\r\n"), r == '\u0085', r == '\u2028', r == '\u2029':
			return text, at, fmt.Sprintf("character U+%04X, which some programs take for a line end; end the line with a line feed", r)
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			return text, at, fmt.Sprintf("byte %#02x is not UTF-8; save the file as UTF-8", text[i])
		case r == 0:
			return text, at, "NUL byte: not a text file, a damaged one, or UTF-16; save the file as UTF-8"
		case r < ' ' && r != '\t' && r != '\r', r == 0x7F, r > 0x7F && r < 0xA0, r == '\uFEFF', r == '\uFFFE', r == '\uFFFF':
			return text, at, fmt.Sprintf("invisible character U+%04X; remove it", r)
		}
		at.column++
	}
	return text, at, ""
}

// parseDocument returns the root of a text's only document; nil: the text is
// empty. second is a second document, where there is one.
func parseDocument(text string) (root, second *yaml.Node, err error) {
	defer func() {
		// The parser reports its errors by panics, and lets through those
		// that it does not expect itself.
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: %v", p)
		}
	}()
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var documents [2]yaml.Node
	for i := range documents {
		if err := decoder.Decode(&documents[i]); errors.Is(err, io.EOF) {
			return root, nil, nil
		} else if err != nil {
			return nil, nil, err
		}
		root = documents[0].Content[0]
	}
	return root, &documents[1], nil
}

// restrict refuses what a configuration has no use for, and lists the nodes in the
// order of the text.
func (s *source) restrict(n *yaml.Node, depth int) (found Diagnostics) {
	s.nodes = append(s.nodes, n)
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		found = Diagnostics{s.diagnostic(Error, positionOf(n), "", noAliases)}
	case n.Style&yaml.TaggedStyle != 0:
		found = Diagnostics{s.diagnostic(Error, positionOf(n), "", noTags)}
	case depth > maxDepth:
		return Diagnostics{s.diagnostic(Error, positionOf(n), "", tooDeep)}
	}
	for _, child := range n.Content {
		found = append(found, s.restrict(child, depth+1)...)
	}
	return found[:min(len(found), maxDiagnostics)]
}

// unparsed finishes the diagnostics of a text in which it is not known yet what is
// a secret.
func (s *source) unparsed(found ...Diagnostic) Diagnostics {
	named := regexp.MustCompile(`(?i)(?:^|[\s{,"'-])(?:` + strings.Join(secretNames(), "|") + `)["']?(?:\s*[:=]\s*|\s+)`)
	for _, d := range found {
		if d.Line > 0 {
			s.hideNamed(d.Line, named)
		}
	}
	return s.finish(found)
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
