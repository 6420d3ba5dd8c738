package config

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	opensValue = regexp.MustCompile(`(?:^|[:\-,\[{])\s+([@%` + "`" + `*&])`)
	tabIndent  = regexp.MustCompile(`^ *(\t)`)
	tabAfter   = regexp.MustCompile(`[:\-](\t)`)
	colon      = regexp.MustCompile(`:(?:\s|$)`)
	opensQuote = regexp.MustCompile(`[:\-,\[{]\s+(["'])`)
	noSpace    = regexp.MustCompile(`^\s*(?:- )?[a-z_]+(:)[^\s:/]`)
	firstThing = regexp.MustCompile(`^\s*(\S)`)
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
	start := max(at(firstThing), 1)
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
