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
// second is a second document, where there is one.
func parse(text string) (root, second *yaml.Node, err error) {
	defer func() {
		// The parser reports its faults by panics, and lets through those
		// that it does not expect itself.
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: the text cannot be read: %v", p)
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
