package config

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// explain says where and why a text is not YAML. The parser tells neither well, so
// the text is looked at once more, line by line.
func (s *source) explain(text string, err error) Diagnostic {
	broken := s.firstBroken(text, err)
	lines, wrong := s.scan()
	if wrong.message == "" || wrong.at.line > broken && !wrong.toEnd {
		wrong = s.explainLine(lines, broken, err)
	}
	return s.diagnostic(wrong.at, "", wrong.message)
}

var withLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// firstBroken finds the first line with which the text breaks as it does as a
// whole. The parser reads from front to back, so that every longer part of the
// text breaks the same way.
func (s *source) firstBroken(text string, err error) int {
	parts := withLine.FindStringSubmatch(err.Error())
	if parts == nil {
		return 1
	}
	if len(text) > 64<<10 { // that would take too long
		line, _ := strconv.Atoi(parts[1])
		return min(max(line, 1), len(s.lines))
	}
	lines := strings.SplitAfter(text, "\n")
	return min(len(s.lines), 1+sort.Search(len(lines)-1, func(i int) bool {
		_, _, err := parseDocument(strings.Join(lines[:i+1], ""))
		return err != nil && strings.HasSuffix(err.Error(), parts[2])
	}))
}

// mistake is one that the text shows by itself.
type mistake struct {
	at      position
	message string
	toEnd   bool // it spoils the text from there to its end
}

// line is what scan tells about a line.
type line struct {
	inside bool  // it begins within brackets, quotes or a block of text
	colons []int // columns of colons behind a name, but for those in brackets
}

// bracket is an open one.
type bracket struct {
	kind  rune
	at    position
	colon int // of its present entry, the column behind it; 0: none yet
}

var (
	closing   = map[rune]rune{'[': ']', '{': '}'}
	brackets  = map[rune]string{'[': "bracket [", '{': "brace {", ']': "bracket ]", '}': "brace }"}
	blockText = regexp.MustCompile(`^[|>][-+0-9]*\s*(#.*)?$`)
	nextName  = regexp.MustCompile(`\S\s+[a-z_]+$`)
)

const escapes = `0abt	nvfre "/\N_LPxuU`

// scan goes through the text and finds the first mistake in quotes and brackets.
func (s *source) scan() (lines []line, wrong mistake) {
	var open []bracket
	var quote rune
	var quoteAt position
	block := -1 // the indentation of what a block of text belongs to
	note := func(at position, toEnd bool, format string, args ...any) {
		if wrong.message == "" {
			wrong = mistake{at, fmt.Sprintf(format, args...), toEnd}
		}
	}
	for n, text := range s.lines {
		about := line{inside: len(open) > 0 || quote != 0}
		indent := s.indent(n + 1)
		if block >= 0 && (indent > block || indent == len(text)) {
			lines = append(lines, line{inside: true})
			continue
		}
		block = -1
		begins, closed := true, false // a value may begin here; a bracket was closed before
		for i := 0; i < len(text); i++ {
			r, next, at := text[i], ' ', position{n + 1, i + 1}
			if i+1 < len(text) {
				next = text[i+1]
			}
			space := next == ' ' || next == '\t'
			switch {
			case quote == '"' && r == '\\':
				if i+1 < len(text) && !strings.ContainsRune(escapes, next) {
					note(at, false, `unknown escape sequence \%c; in double quotes \ begins one, such as \n: use single quotes`, next)
				}
				i++
			case quote == '\'' && r == quote && next == quote:
				i++
			case quote != 0:
				if r == quote {
					quote = 0
				}
			case r == ' ' || r == '\t' || r == '-' && begins && space:
				continue
			case r == '#' && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t'):
				i = len(text)
			case begins && (r == '"' || r == '\''):
				quote, quoteAt = r, at
			case closing[r] != 0 && (begins || len(open) > 0):
				open = append(open, bracket{kind: r, at: at})
				continue
			case len(open) > 0 && (r == ']' || r == '}'):
				if last := open[len(open)-1]; closing[last.kind] != r {
					note(last.at, true, "unclosed %s", brackets[last.kind])
				}
				open, closed, begins = open[:len(open)-1], true, false
				continue
			case closed && (r == ']' || r == '}'):
				note(at, false, "extra %s", brackets[r])
			case len(open) > 0 && r == ',':
				open[len(open)-1].colon, begins = 0, true
				continue
			case r == ':' && (space || len(open) > 0 && strings.ContainsRune(",[]{}", next)):
				switch last := len(open) - 1; {
				case last < 0:
					about.colons = append(about.colons, i+1)
				case open[last].colon == 0 || open[last].at.line != n+1:
					open[last].colon = i + 1
				case nextName.MatchString(string(text[open[last].colon:i])):
					note(open[last].at, false, "missing comma between the options of this %s", brackets[open[last].kind])
				default:
					note(at, false, secondColon)
				}
				begins = true
				continue
			case begins && len(open) == 0 && blockText.MatchString(string(text[i:])):
				block, i = indent, len(text)
			}
			begins, closed = false, false
		}
		lines = append(lines, about)
	}
	switch {
	case quote != 0:
		note(quoteAt, true, "unclosed quote")
	case len(open) > 0:
		last := open[len(open)-1]
		note(last.at, true, "unclosed %s", brackets[last.kind])
	}
	return lines, wrong
}

const secondColon = "second colon; put the value in quotes, or begin a new line for another option"

var (
	opensValue = regexp.MustCompile(`(?:^\s*|[:\-,]\s+|[\[{]\s*)([@%` + "`" + `*&])`)
	tab        = regexp.MustCompile(`^ *(\t)|[:\-](\t)`)
	noSpace    = regexp.MustCompile(`^\s*(?:- )?[a-z_]+(:)[^\s:/]`)
)

// parserMessages are the parser's own for what scan and explainLine do not find.
var parserMessages = []struct{ says, means string }{
	{"exceeded max depth", tooDeep},
	{"incompatible YAML document", "unsupported version of YAML; remove the line that begins with %YAML"},
}

// explainLine explains the first line with which the text is not YAML, by itself
// and by the line above.
func (s *source) explainLine(lines []line, number int, err error) mistake {
	text := string(s.lines[number-1])
	above := number - 1
	for above > 0 && (lines[above-1].inside || strings.HasPrefix(strings.TrimSpace(string(s.lines[above-1])+"#"), "#")) {
		above--
	}
	at := func(r *regexp.Regexp) int {
		m := slices.DeleteFunc(r.FindStringSubmatchIndex(text), func(i int) bool { return i < 0 })
		if len(m) < 4 {
			return 0
		}
		return len([]rune(text[:m[2]])) + 1
	}
	here := func(column int, format string, args ...any) mistake {
		return mistake{at: position{number, column}, message: fmt.Sprintf(format, args...)}
	}
	start, colons, inside := s.indent(number)+1, lines[number-1].colons, lines[number-1].inside
	item := strings.HasPrefix(strings.TrimSpace(text)+" ", "- ")
	if at(tab) > 0 && !inside {
		return here(at(tab), "tab used for indentation; use spaces")
	}
	for _, row := range parserMessages {
		if strings.Contains(err.Error(), row.says) {
			return here(start, "%s", row.means)
		}
	}
	if column := at(opensValue); column > 0 {
		found := s.lines[number-1][column-1:]
		if (found[0] == '*' || found[0] == '&') && len(found) > 1 && found[1] != ' ' {
			return here(column, noAliases)
		}
		return here(column, "a value cannot begin with %c; put it in quotes", found[0])
	}
	if above > 0 && !inside {
		before := string(s.lines[above-1])
		named := len(lines[above-1].colons) > 0
		deeper := start-1 > s.indent(above)
		switch {
		case len(colons) > 1:
		case !named && noSpace.MatchString(before):
			return here(start, "missing space behind the colon of line %d", above)
		case deeper && !named && len(colons) > 0:
			return here(start, "missing colon at the end of line %d", above)
		case deeper && named && len(colons) > 0:
			return here(start, "indented deeper than the line above, which has a value already")
		}
	}
	switch {
	case len(colons) > 1:
		return here(colons[1], secondColon)
	case at(noSpace) > 0 && len(colons) == 0:
		return here(at(noSpace), "missing space behind the colon")
	case len(colons) == 0 && !item && !inside:
		return here(start, "missing colon; an option is written as its name, a colon and a value")
	case above > 0 && !inside:
		return here(start, "wrong indentation: the options of one thing begin in one column, and so do the - of one list")
	}
	return here(start, "not YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
}

// indent is how many spaces a line begins with.
func (s *source) indent(line int) int {
	n := slices.IndexFunc(s.lines[line-1], func(r rune) bool { return r != ' ' })
	if n < 0 {
		return len(s.lines[line-1])
	}
	return n
}
