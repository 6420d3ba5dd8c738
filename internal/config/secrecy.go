package config

import (
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// hide masks the values at and under a node in every source line; a name without
// a value counts as one. nodes are the nodes of the file in the order of the
// text.
func (s *source) hide(n *yaml.Node, nodes []*yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.Value != "" {
		s.hidden = append(s.hidden, s.extent(n, nodes))
	}
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 || isNull(n.Content[i+1]) {
			s.hide(child, nodes)
		}
	}
}

// extent returns where a scalar stands: exactly when it is on one line, else up
// to whatever comes next.
func (s *source) extent(n *yaml.Node, nodes []*yaml.Node) span {
	from := position(n)
	line := s.lines[min(from.line, len(s.lines))-1]
	if length := lengthOf(n, line[min(from.column-1, len(line)):]); length > 0 {
		return span{from, point{from.line, from.column + length}}
	}
	next, _ := slices.BinarySearchFunc(nodes, from, func(m *yaml.Node, p point) int {
		if p.before(position(m)) {
			return 1
		}
		return -1 // the first one behind p
	})
	if next < len(nodes) {
		return span{from, position(nodes[next])}
	}
	return span{from, point{len(s.lines) + 1, 1}}
}

// lengthOf returns how much of the rest of its line a scalar takes; 0: it does
// not end there.
func lengthOf(n *yaml.Node, rest []rune) int {
	value := []rune(n.Value)
	switch {
	case n.Style == 0 && len(value) <= len(rest) && slices.Equal(rest[:len(value)], value):
		return len(value)
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		for i := 1; i < len(rest); i++ {
			switch {
			case rest[i] == '\\' && rest[0] == '"', rest[i] == '\'' && rest[0] == '\'' && i+1 < len(rest) && rest[i+1] == '\'':
				i++ // what follows is part of the value
			case rest[i] == rest[0]:
				return i + 1
			}
		}
	}
	return 0
}

func position(n *yaml.Node) point { return point{max(n.Line, 1), max(n.Column, 1)} }

// hideNamed masks, in a line of a text that could not be taken apart, what stands
// behind the name of a secret, on the line itself or on one that it continues.
func (s *source) hideNamed(line int, names []string) {
	if len(names) == 0 {
		return
	}
	named := regexp.MustCompile(`(?:^|[\s{,"'-])(?:` + strings.Join(names, "|") + `)["']?\s*:\s*`)
	deep := len(s.lines[line-1]) + 1 // only what is indented less can be a parent
	for number := line; number > 0 && deep > 0; number-- {
		text := string(s.lines[number-1])
		indent := len(text) - len(strings.TrimLeft(text, " \t"))
		if indent == len(text) || indent >= deep {
			continue
		}
		deep = indent
		if at := named.FindStringIndex(text); at != nil {
			from := point{number, len([]rune(text[:at[1]])) + 1}
			s.hidden = append(s.hidden, span{from, point{line + 1, 1}})
			return
		}
	}
}
