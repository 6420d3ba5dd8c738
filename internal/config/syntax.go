package config

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// parse returns the root of a text's only document; nil: the text is empty.
// second is the root of a second document, where there is one.
func parse(text string) (root, second *yaml.Node, err error) {
	defer func() {
		// The parser reports its faults by panics, and lets through those
		// that it does not expect itself.
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: the text cannot be read: %v", p)
		}
	}()
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for _, into := range []**yaml.Node{&root, &second} {
		var document yaml.Node
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return root, nil, nil
		} else if err != nil {
			return nil, nil, err
		}
		*into = document.Content[0]
	}
	return root, second, nil
}

var withLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// syntaxFault says where and why a text is not YAML. The parser is terse about
// both: it names a line at best, of what it was in the middle of.
func (s *source) syntaxFault(text string, err error) Fault {
	parts := withLine.FindStringSubmatch(err.Error())
	if parts == nil {
		return s.fault(point{1, 1}, "", err.Error())
	}
	line, _ := strconv.Atoi(parts[1])
	message := parts[2]
	switch {
	case strings.Contains(message, "',' or"):
		// Lines of what opened are counted from 0.
		line++
	case len(text) <= 64<<10:
		line = s.firstBroken(text, message)
	}
	line = min(max(line, 1), len(s.lines))
	column, hint := s.explain(line, message)
	return s.fault(point{line, column}, "", hint)
}

// firstBroken finds the first line with which the text breaks as it does as a
// whole. The parser reads from front to back, so that every longer part of the
// text breaks the same way.
func (s *source) firstBroken(text, message string) int {
	lines := strings.SplitAfter(text, "\n")
	return 1 + sort.Search(len(lines)-1, func(i int) bool {
		_, _, err := parse(strings.Join(lines[:i+1], ""))
		return err != nil && strings.HasSuffix(err.Error(), message)
	})
}

var (
	opensValue   = regexp.MustCompile(`(?:^|[:\-,\[{])\s+([@%` + "`" + `*&])`)
	tabIndent    = regexp.MustCompile(`^ *(\t)`)
	tabAfter     = regexp.MustCompile(`[:\-](\t)`)
	colon        = regexp.MustCompile(`:(?:\s|$)`)
	opensQuote   = regexp.MustCompile(`[:\-,\[{]\s+(["'])`)
	noSpace      = regexp.MustCompile(`^\s*(?:- )?[a-z_]+(:)[^\s:/]`)
	lonelyIndent = regexp.MustCompile(`^\s*(\S)`)
)

// explain puts a parser's message into words for people, and finds the column.
func (s *source) explain(line int, message string) (column int, hint string) {
	text := string(s.lines[line-1])
	before := ""
	if line > 1 {
		before = string(s.lines[line-2])
	}
	at := func(r *regexp.Regexp) int {
		if m := r.FindStringSubmatchIndex(text); m != nil {
			return len([]rune(text[:m[2]])) + 1
		}
		return 0
	}
	start := max(at(lonelyIndent), 1)
	tab := max(at(tabIndent), at(tabAfter))
	switch {
	case strings.Contains(message, "tab character"), strings.Contains(message, "cannot start any token") && tab > 0:
		return max(tab, 1), "a tab: indent with spaces"
	case strings.Contains(message, "cannot start any token") && at(opensValue) > 0,
		strings.Contains(message, "alphabetic or numeric") && at(opensValue) > 0:
		column = at(opensValue)
		return column, fmt.Sprintf("a value cannot begin with %c; put it in quotes", s.lines[line-1][column-1])
	case strings.Contains(message, "unknown anchor"):
		return max(at(opensValue), start), noAliases
	case strings.Contains(message, "mapping values are not allowed"):
		if m := colon.FindAllStringIndex(text, 2); len(m) == 2 {
			return len([]rune(text[:m[1][0]])) + 1, "a second colon: put the value in quotes, or begin a new line for another option"
		}
		if noSpace.MatchString(before) {
			return start, fmt.Sprintf("line %d lacks a space behind its colon", line-1)
		}
		if before != "" && !colon.MatchString(before) {
			return start, fmt.Sprintf("line %d lacks a colon at its end", line-1)
		}
		return start, "this is indented deeper than the line above, which has a value already"
	case strings.Contains(message, "',' or ']'"):
		return max(strings.LastIndex(text, "[")+1, start), "a bracket [ that opens here is not closed, or a comma is missing between its items"
	case strings.Contains(message, "',' or '}'"):
		return max(strings.LastIndex(text, "{")+1, start), "a brace { that opens here is not closed, or a comma is missing between its options"
	case strings.Contains(message, "could not find expected ':'"):
		if column := at(noSpace); column > 0 {
			return column, "a space is missing behind the colon"
		}
		return start, "an option is written as its name, a colon and a value; there is no colon here"
	case strings.Contains(message, "expected key") && strings.Count(text, "]") > strings.Count(text, "["):
		return strings.LastIndex(text, "]") + 1, "a bracket ] too many"
	case strings.Contains(message, "expected key") && strings.Count(text, "}") > strings.Count(text, "{"):
		return strings.LastIndex(text, "}") + 1, "a brace } too many"
	case strings.Contains(message, "expected '-' indicator"), strings.Contains(message, "expected key"):
		return start, "this does not line up with the lines above: options of one thing are indented alike, and so are the - of one list"
	case strings.Contains(message, "unexpected end of stream"):
		return max(at(opensQuote), start), "a quote that opens here is not closed"
	case strings.Contains(message, "escape character"):
		return max(strings.Index(text, `\`)+1, start), `in double quotes \ begins an escape such as \n; use single quotes`
	case strings.Contains(message, "directive"), strings.Contains(message, "incompatible YAML"):
		return start, "remove the line that begins with %"
	case strings.Contains(message, "max depth"):
		return start, tooDeep
	case strings.Contains(message, "document start"):
		return start, "this does not belong to what stands above it"
	}
	return start, "this is not YAML: " + message
}
