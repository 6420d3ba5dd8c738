package config

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

const (
	// maxSize keeps the parser below 50 MB and 100 ms, whatever it is given: a
	// node takes 160 bytes and can be written with two. The longest sensible
	// configuration has a tenth of it.
	maxSize  = 128 << 10
	maxDepth = 32
)

// readable finds what is no text before the parser sees it, and what the parser
// would count as a line end although editors do not. With a message, the text is
// what can be shown of it, if anything can.
func readable(data []byte) (text string, at point, message string) {
	start := point{1, 1}
	if len(data) > maxSize {
		return "", point{}, fmt.Sprintf("the file is larger than %d KiB: it is not a configuration", maxSize>>10)
	}
	if bytes.HasPrefix(data, []byte{0xFE, 0xFF}) || bytes.HasPrefix(data, []byte{0xFF, 0xFE}) {
		return "", start, "the file is UTF-16; save it as UTF-8"
	}
	text, at = string(bytes.TrimPrefix(data, []byte("\uFEFF"))), start
	for i, r := range text {
		switch {
		case r == '\n':
			at = point{at.line + 1, 1}
			continue
		case r == '\r' && !strings.HasPrefix(text[i:], "\r\n"), r == '\u0085', r == '\u2028', r == '\u2029':
			return text, at, fmt.Sprintf("the character U+%04X stands for a line end in some editors; end the line with a line feed", r)
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			return text, at, fmt.Sprintf("the byte %#02x is not UTF-8; save the file as UTF-8", text[i])
		case r == 0:
			return text, at, "a NUL byte: this is not a text file, or it was damaged"
		case r < ' ' && r != '\t' && r != '\r', r == 0x7F, r > 0x7F && r < 0xA0, r == '\uFEFF', r == '\uFFFE', r == '\uFFFF':
			return text, at, fmt.Sprintf("the invisible character U+%04X does not belong in a configuration; remove it", r)
		}
		at.column++
	}
	return text, start, ""
}

// guard refuses what a configuration has no use for, and lists the nodes in the
// order of the text.
func (s *source) guard(root *yaml.Node) (nodes []*yaml.Node, faults Faults) {
	var walk func(n *yaml.Node, depth int)
	walk = func(n *yaml.Node, depth int) {
		nodes = append(nodes, n)
		message := ""
		switch {
		case n.Kind == yaml.AliasNode:
			message = noAliases
		case n.Anchor != "":
			message = noAliases
		case n.Style&yaml.TaggedStyle != 0:
			message = "tags (!…) are not supported; remove it"
		case depth > maxDepth:
			message = tooDeep
		}
		if message != "" && len(faults) < maxFaults {
			faults = append(faults, s.fault(position(n), "", message))
		}
		if depth > maxDepth {
			return
		}
		for _, child := range n.Content {
			walk(child, depth+1)
		}
	}
	walk(root, 0)
	return nodes, faults
}

const (
	noAliases = "anchors (&name) and aliases (*name) are not supported: write the value out, or put it in quotes if it is text"
	tooDeep   = "this is nested too deeply for a configuration"
)
