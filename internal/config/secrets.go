package config

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"ptvd/internal/host"
	"ptvd/internal/schema"
	"ptvd/plugins"
)

var (
	credentialName  = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)
	environmentName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

	// variable is how a shell refers to one. What stands behind a $ alone may also be a
	// secret, so that it is not shown.
	variable = regexp.MustCompile(`^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|[A-Z_][A-Z0-9_]*)$`)
)

const (
	secretForms = "write {credential: NAME}, {file: /PATH} or {env: NAME}"
	notExpanded = "environment variables are not expanded"
)

// secret reads where a secret is to be found, or the secret itself. What is not
// certainly harmless is masked in the source line and left out of the message.
func (d *decoder) secret(at place, v reflect.Value) {
	s, problem := readSecret(at.node)
	if problem == "" && s.IsLiteral() && d.public {
		problem = "secret in a file that everybody can read; run chgrp ptvd and chmod 640 on it, or " + secretForms
	}
	if problem != "" || s.IsLiteral() {
		d.src.hide(at.node)
	}
	if problem != "" {
		d.error(at, "%s", problem)
		return
	}
	v.Set(reflect.ValueOf(s))
}

func readSecret(n *yaml.Node) (s plugins.Secret, problem string) {
	if m := variable.FindStringSubmatch(n.Value); m != nil {
		return s, fmt.Sprintf("%s; write {env: %s}", notExpanded, cmp.Or(m[1], "NAME"))
	}
	if n.Kind == yaml.ScalarNode && n.Value != "" {
		return plugins.LiteralSecret(n.Value), ""
	}
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 || n.Content[1].Kind != yaml.ScalarNode {
		return s, "expected one source of a secret; " + secretForms
	}
	switch value := n.Content[1].Value; n.Content[0].Value {
	case "credential":
		if !credentialName.MatchString(value) {
			return s, "invalid name of a credential; use letters, digits, - _ and . only"
		}
		s.Credential = value
	case "env":
		if !environmentName.MatchString(value) {
			return s, "invalid name of an environment variable; use letters, digits and _ only"
		}
		s.Env = value
	case "file":
		if !strings.HasPrefix(value, "/") {
			return s, "the path of a secret's file is not absolute; begin it with /"
		}
		s.File = value
	default:
		return s, "unknown source of a secret; " + secretForms
	}
	return s, ""
}

// hide masks the values at and under a node in every source line; a name without
// a value counts as one.
func (s *source) hide(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.Value != "" {
		s.masked = append(s.masked, s.extent(n))
	}
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 || isNull(n.Content[i+1]) {
			s.hide(child)
		}
	}
}

// hideUnread masks a value that nothing decodes if it could be a secret: if the
// name that was meant is one of a secret, or it is not known which was meant. The
// type is that of the whole.
func (s *source) hideUnread(n *yaml.Node, name string, whole *schema.Type) {
	if mayMeanSecret(name, whole) {
		s.hide(n)
	}
}

func mayMeanSecret(name string, whole *schema.Type) bool {
	meant := whole.Field(schema.Nearest(name, schema.Names(whole.Options())))
	return whole.MayHoldSecret() && (meant == nil || meant.Type.MayHoldSecret())
}

// tightName is a name with what people write behind it in place of a colon and a space.
var tightName = regexp.MustCompile(`^[^:= ]+[:= ]`)

// shown returns the name of an option for a message. It may have the value in it, where a
// colon and a space are missing; what may be a secret then is masked, unless the whole is
// nearly the name of an option that is none.
func (d *decoder) shown(key *yaml.Node, t *schema.Type) string {
	tight := tightName.FindString(key.Value)
	name := strings.TrimRight(tight, ":= ")
	f := t.Field(name)
	if f != nil && f.Type.MayHoldSecret() || tight != "" && mayMeanSecret(name, t) && mayMeanSecret(key.Value, t) {
		d.src.hide(key)
		return name + "…"
	}
	return schema.Quote(key.Value)
}

// extent returns where a scalar stands: exactly when it is on one line, else up
// to whatever comes next.
func (s *source) extent(n *yaml.Node) span {
	from := positionOf(n)
	line := s.lines[min(from.line, len(s.lines))-1]
	if length := lengthOf(n, line[min(from.column-1, len(line)):]); length > 0 {
		return span{from, position{from.line, from.column + length}}
	}
	next, _ := slices.BinarySearchFunc(s.nodes, from, func(m *yaml.Node, p position) int {
		if p.before(positionOf(m)) {
			return 1
		}
		return -1 // the first one after p
	})
	if next < len(s.nodes) {
		return span{from, positionOf(s.nodes[next])}
	}
	return span{from, position{len(s.lines) + 1, 1}}
}

var quotedText = regexp.MustCompile(`^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')`)

// lengthOf returns how much of the rest of its line a scalar takes; 0: it does
// not end there.
func lengthOf(n *yaml.Node, rest []rune) int {
	value := []rune(n.Value)
	switch {
	case n.Style == 0 && len(value) <= len(rest) && slices.Equal(rest[:len(value)], value):
		return len(value)
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		return utf8.RuneCountInString(quotedText.FindString(string(rest)))
	}
	return 0
}

// hideNamed masks, in a line of a text that could not be parsed, what stands
// behind the name of a secret, on the line itself or on one that it continues.
func (s *source) hideNamed(line int, named *regexp.Regexp) {
	deep := len(s.lines[line-1]) + 1 // only what is indented less can be a parent
	for number := line; number > 0 && deep > 0; number-- {
		text := string(s.lines[number-1])
		indent := len(text) - len(strings.TrimLeft(text, " \t"))
		if indent == len(text) || indent >= deep {
			continue
		}
		deep = indent
		if at := named.FindStringIndex(text); at != nil {
			from := position{number, len([]rune(text[:at[1]])) + 1}
			s.masked = append(s.masked, span{from, position{line + 1, 1}})
			return
		}
	}
}

// secretNames returns what options that hold secrets are called, in any plugin
// and in the file itself.
func secretNames() []string {
	found := []string{"key", "token", "secret", "password"}
	var walk func(t *schema.Type)
	walk = func(t *schema.Type) {
		if t.Elem != nil {
			walk(t.Elem)
		}
		for _, f := range t.Options() {
			if f.Type.Kind == schema.Secret {
				found = append(found, regexp.QuoteMeta(f.Name))
			}
			walk(f.Type)
		}
	}
	for _, plugin := range host.All() {
		walk(schema.Must(plugin.Defaults.Type()))
	}
	return found
}
