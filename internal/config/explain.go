package config

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"ptvd/internal/schema"
)

// explain says where and why a text is not YAML. The parser tells neither well, so
// the text is looked at once more, line by line.
func (s *source) explain(text string, err error) Diagnostic {
	broken := s.firstBroken(text, err)
	lines, wrong := s.scan()
	if wrong.message == "" || wrong.at.line > broken && !wrong.toEnd {
		wrong = s.explainLine(lines, broken, err)
	}
	return s.diagnostic(Error, wrong.at, "", wrong.message)
}

var withLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// firstBroken finds the first line up to which the text has the same error as the
// whole text. The parser reads from front to back, so that every longer part has
// that error, too.
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

// line is what scan has found out about a line.
type line struct {
	inside bool  // it begins within brackets, quotes or a block of text
	colons []int // columns of colons behind a name, except those in brackets
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
	blockText = regexp.MustCompile(`^[|>][-+1-9]*\s*(#.*)?$`)
	nextName  = regexp.MustCompile(`\S\s+[a-z_]+$`)
)

const (
	escapes      = "0abt\tnvfre \"/\\N_LPxuU"
	missingColon = "missing colon; an option is written as its name, a colon and a value"
	secondColon  = "second colon; put the value in quotes, or begin a new line for another option"
)

// scan goes through the text and finds the first mistake that shows without a
// comparison of lines: in quotes, in brackets, and in what a value begins with.
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
		about, indent := line{inside: len(open) > 0 || quote != 0}, s.indent(n+1)
		if block >= 0 && (indent > block || indent == len(text)) {
			lines = append(lines, line{inside: true})
			continue
		}
		block = -1
		begins, closed := true, false // a value may begin here; one that has its end was before
		for i := 0; i < len(text); i++ {
			r, next, at := text[i], ' ', position{n + 1, i + 1}
			if i+1 < len(text) {
				next = text[i+1]
			}
			space, closes, last := next == ' ' || next == '\t', r == ']' || r == '}', len(open)-1
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
					quote, closed = 0, true
				}
				continue
			case r == '-' && begins && space && len(about.colons) > 0:
				note(at, false, "a list begins on a line of its own, or is written in one: [a, b]")
			case r == ' ' || r == '\t' || r == '-' && begins && space:
				continue
			case r == '#' && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t'):
				i = len(text)
			case r == '%' && i == 0:
				note(at, false, "directives (lines that begin with %%) are not supported; remove the line")
			case begins && r == '$' && next == '{' && last >= 0:
				note(at, false, "%s; write the value itself, or for a secret {env: NAME}", notExpanded)
			case begins && (r == '*' || r == '&') && (next == '_' || unicode.IsLetter(next) || unicode.IsDigit(next)):
				note(at, false, noAliases)
			case begins && last < 0 && blockText.MatchString(string(text[i:])):
				block, i = indent, len(text)
			case begins && r == '!':
				note(at, false, noTags)
			case begins && strings.ContainsRune("@%`*&|>", r):
				note(at, false, "a value cannot begin with %c; put it in quotes", r)
			case begins && (r == '"' || r == '\''):
				quote, quoteAt = r, at
			case closing[r] != 0 && (begins || last >= 0):
				open = append(open, bracket{kind: r, at: at})
				begins, closed = true, false
				continue
			case closes && last >= 0:
				if closing[open[last].kind] != r {
					note(open[last].at, true, "unclosed %s", brackets[open[last].kind])
				}
				open, begins, closed = open[:last], false, true
				continue
			case closes && (begins || closed):
				note(at, false, "extra %s", brackets[r])
			case r == ',' && last >= 0 && begins && open[last].colon == 0:
				note(at, false, "missing value before this comma; remove the comma")
			case r == ',' && last >= 0:
				open[last].colon, begins, closed = 0, true, false
				continue
			case r == ':' && (space || last >= 0 && (closed || strings.ContainsRune(",[]{}", next))):
				switch {
				case last < 0:
					about.colons = append(about.colons, i+1)
				case open[last].colon == 0 || open[last].at.line != n+1:
					open[last].colon = i + 1
				case nextName.MatchString(string(text[open[last].colon:i])):
					note(open[last].at, false, "missing comma between the options of this %s", brackets[open[last].kind])
				default:
					note(at, false, secondColon)
				}
				begins, closed = true, false
				continue
			case begins && r == ':' && last >= 0:
				note(at, false, "a value cannot begin with : here; put it in quotes")
			case closed:
				note(at, false, "unexpected text behind a closing quote, bracket or brace; put the whole value in quotes, or write a comma between two")
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

var (
	tab     = regexp.MustCompile(`^[ -]*\t`)
	noSpace = regexp.MustCompile(`^\s*(?:- )?[a-z_]+:[^\s:/]`)

	oddSpace  = regexp.MustCompile(`^(?:[ -]*|[^#"']*:)[^\P{Zs} ]`)
	tightDash = regexp.MustCompile(`^ *-[a-z{\["']`)
)

// explainLine explains the first line with which the text is not YAML, by itself
// and by the line above.
func (s *source) explainLine(lines []line, number int, err error) mistake {
	text := string(s.lines[number-1])
	this, start := lines[number-1], s.indent(number)+1
	here := func(column int, format string, args ...any) mistake {
		return mistake{at: position{number, column}, message: fmt.Sprintf(format, args...)}
	}
	if strings.Contains(err.Error(), "exceeded max depth") { // the parser's message
		return here(start, tooDeep)
	}
	if this.inside {
		return here(start, "not YAML: %s", withLine.ReplaceAllString(err.Error(), "$2"))
	}
	if m := tab.FindString(text); m != "" {
		return here(len(m), "tab used for indentation; use spaces")
	}
	if len(this.colons) > 1 {
		return here(this.colons[1], secondColon)
	}
	above := number - 1
	for above > 0 && (lines[above-1].inside || strings.HasPrefix(strings.TrimSpace(string(s.lines[above-1]))+"#", "#")) {
		above--
	}
	for _, n := range []int{max(above, 1), number} {
		if m := []rune(oddSpace.FindString(string(s.lines[n-1]))); len(m) > 0 {
			return mistake{at: position{n, len(m)}, message: fmt.Sprintf("U+%04X is a space that YAML does not know; replace it by the usual one", m[len(m)-1])}
		}
	}
	if above > 0 {
		named, deeper := len(lines[above-1].colons) > 0, start-1 > s.indent(above)
		switch {
		case !named && noSpace.MatchString(string(s.lines[above-1])):
			return here(start, "missing space behind the colon of line %d", above)
		case !deeper && !named && len(this.colons) > 0 && start-1 == s.indent(above) && !strings.HasPrefix(strings.TrimSpace(string(s.lines[above-1])), "-"):
			return mistake{at: position{above, start}, message: missingColon}
		case deeper && !named && len(this.colons) > 0:
			return here(start, "missing colon at the end of line %d", above)
		case deeper && named && len(this.colons) > 0:
			return here(start, "indented deeper than the line above, which has a value already")
		}
	}
	switch m := noSpace.FindString(text); {
	case m != "" && len(this.colons) == 0:
		return here(strings.Index(m, ":")+1, "missing space behind the colon")
	case tightDash.MatchString(text):
		return here(start, "missing space behind the -")
	case len(this.colons) == 0 && !strings.HasPrefix(text[start-1:]+" ", "- "):
		return here(start, missingColon+"%s", schema.Unusual(text))
	}
	return here(start, "wrong indentation: the options of one thing begin in one column, and so do the - of one list")
}

func (s *source) indent(line int) int {
	text := string(s.lines[line-1])
	return len(text) - len(strings.TrimLeft(text, " "))
}
