package config_test

import (
	"fmt"
	"strings"
	"testing"

	"ptvd/internal/config"
)

func TestInvalidYAMLIsExplained(t *testing.T) {
	for name, c := range map[string]struct{ text, at, says string }{
		"a tab indents":                    {"plugins:\n\tbell: 1\n", "2:1", "tab used for indentation"},
		"a tab after good lines":           {"a:\n  b: 1\n\tc: 2\n", "3:1", "tab used for indentation"},
		"second colon":                     {"a: b: c\n", "1:5", "second colon"},
		"a second colon further down":      {"x: 1\ny:\n  a: b: c\n", "3:7", "second colon"},
		"a colon is missing above":         {"plugins\n  a: 1\n", "2:3", "missing colon at the end of line 1"},
		"a space is missing above":         {"board:sim\nstate: /x\n", "2:1", "missing space behind the colon of line 1"},
		"a value and options":              {"a: 1\n   b: 2\n", "2:4", "deeper than the line above"},
		"a bracket stays open":             {"a: 1\nb: [1, 2\nc: 3\n", "2:4", "unclosed bracket ["},
		"a brace stays open":               {"a: 1\nb: {x: 1\nc: 3\n", "2:4", "unclosed brace {"},
		"a comma is missing":               {"a: {b: c d: e}\n", "1:4", "missing comma between the options of this brace {"},
		"a quote stays open":               {"x: 1\na: \"abc\nb: 3\n", "2:4", "unclosed quote"},
		"a single quote stays open":        {"x: 1\na: 'abc\nb: 3\n", "2:4", "unclosed quote"},
		"a value begins with @":            {"a: @home\n", "1:4", "cannot begin with @"},
		"a value begins with %":            {"a: 1\nb: %x\n", "2:4", "cannot begin with %"},
		"an option dedents half":           {"a:\n  b: 1\n c: 2\n", "3:2", "wrong indentation"},
		"an option stands within a list":   {"x:\n  - a\n  b: 1\n", "3:3", "wrong indentation"},
		"an item stands among options":     {"a: 1\n- b\n", "2:1", "wrong indentation"},
		"a word stands alone":              {"a: 1\nb\nc: 2\n", "2:1", "missing colon"},
		"a block of text ends too early":   {"a: |\n b\nc\n", "3:1", "missing colon"},
		"an unknown escape":                {"a: \"\\q\"\n", "1:5", "single quotes"},
		"a bracket too many":               {"x: 1\nkey: [a, b]]\n", "2:12", "extra bracket ]"},
		"a brace too many":                 {"{a: 1}}\n", "1:7", "extra brace }"},
		"an asterisk":                      {"a: *\n", "1:4", "cannot begin with *"},
		"an alias without its anchor":      {"x: 1\na: *b\n", "2:4", "aliases"},
		"an anchor":                        {"a: &b 1\n", "1:4", "aliases"},
		"an alias":                         {"a: &b 1\nc: *b\n", "1:4", "aliases"},
		"a tag":                            {"a: 1\nb: !!str 5\n", "2:4", "tags"},
		"a merge key":                      {"plugins:\n  <<: {a: 1}\n", "2:3", "merge keys"},
		"a second document":                {"plugins: {}\n---\nplugins: {}\n", "2:1", "second document"},
		"a directive":                      {"%YAML 3.0\n---\na: 1\n", "1:1", "%"},
		"an empty file":                    {"", "1:1", "empty file"},
		"nothing but a comment":            {"# to be written\n", "1:1", "empty file"},
		"a list in place of options":       {"- a\n- b\n", "1:1", "expected options, found a list"},
		"a single word":                    {"hello\n", "1:1", "expected options, found a single value"},
		"a NUL byte":                       {"a: 1\nb: \x00\n", "2:4", "NUL"},
		"a control character":              {"a: \x07\n", "1:4", "U+0007"},
		"Latin-1":                          {"a: caf\xe9\n", "1:7", "0xe9 is not UTF-8"},
		"UTF-16":                           {"\xff\xfea\x00:\x00", "1:1", "UTF-16"},
		"a line end of another kind":       {"a: 1\u2028b: 2\n", "1:5", "U+2028"},
		"line ends of an old Macintosh":    {"a: 1\rb: 2\r", "1:5", "U+000D"},
		"an error after wide characters":   {"a: 駅 😀: c\n", "1:7", "second colon"},
		"an error between Windows lines":   {"a: 1\r\nb: c: d\r\n", "2:5", "second colon"},
		"an error after a byte order mark": {"\ufeffa: b: c\n", "1:5", "second colon"},
		"options deeper than a value":      {"a:\n  b: x\n   c: {d: {e: f}}\n", "3:4", "deeper than the line above"},
		"a second colon in braces":         {"a:\n  b: [c, {d: Note: mind}]\n", "2:18", "second colon"},
		"a list behind a colon":            {"a: - b\n", "1:4", "a list begins on a line of its own"},
		"text behind a quote":              {"a: 1\nb: \"c\" d\n", "2:8", "unexpected text"},
		"two values without a comma":       {"a: [\"b\" \"c\"]\n", "1:9", "write a comma"},
		"a bracket closes nothing":         {"a: ]\n", "1:4", "extra bracket ]"},
		"a brace closed by a bracket":      {"a: {b: c]\n", "1:4", "unclosed brace {"},
		"a bracket over several lines":     {"a: [b,\n  c]\nd: e: f\n", "3:5", "second colon"},
		"a bracket in a block of text":     {"a: |\n  [b\n\n  c\nd: e: f\n", "5:5", "second colon"},
		"a bracket in a comment":           {"a: b # [c\nd: e: f\n", "2:5", "second colon"},
		"a value begins with |":            {"a: |b\n", "1:4", "cannot begin with |"},
		"a nesting of 10001":               {"a: " + strings.Repeat("[", 10001) + strings.Repeat("]", 10001), "1:1", "nested too deeply"},
		"a version of YAML":                {"%YAML 1.1\n---\na: b: c\n", "1:1", "directives"},
		"a list as a name":                 {"plugins:\n  ? [a]\n  : b\n", "2:5", "expected a name before the colon, found a list"},
		"a value begins with !":            {"a: [{b: !c}]\n", "1:9", "put the value in quotes"},
		"a cron expression":                {"a:\n  - b: */5 * * * *\n", "2:8", "cannot begin with *"},
		"an address in brackets":           {"a: :1\nb: [c, ::1]\n", "2:8", "cannot begin with :"},
		"two commas":                       {"x: 1\na: {b: , c: [d,, e]}\n", "2:16", "missing value before this comma"},
		"a line before the first option":   {"$ cat f\na: 1\n", "1:1", "missing colon"},
		"a dash without a space":           {"a:\n  -b: c\n  -d\n", "3:3", "missing space behind the -"},
		"a no-break space behind a colon":  {"a: 1\nb:\u00a02\nc: 3\n", "2:3", "U+00A0"},
		"a line of no-break spaces":        {"a:\n  b: 1\n\u00a0\u00a0c: 2\n  d: 3\n", "3:1", "U+00A0"},
		"a no-break space in a comment":    {"a: 1 #\u00a0\nb: c: d\n", "2:5", "second colon"},
		"a colon of another script":        {"a: 1\nb\uff1a2\nc: 3\n", "2:1", "U+FF1A"},
		"UTF-16 without a mark":            {"a\x00:\x00", "1:2", "UTF-16"},
		"a nesting of 40":                  {"a: " + strings.Repeat("[", 40) + strings.Repeat("]", 40), "1:36", "nested too deeply"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Parse("f", []byte(c.text), 0o600)
			found, ok := err.(config.Diagnostics)
			if !ok {
				t.Fatalf("no diagnostics, but %v", err)
			}
			first := found[0]
			if at := fmt.Sprintf("%d:%d", first.Line, first.Column); at != c.at || !strings.Contains(first.Message, c.says) {
				t.Errorf("want %s: …%s…, got\n%v", c.at, c.says, err)
			}
			if first.Source == "" && c.text != "" && name != "UTF-16" {
				t.Errorf("the line is not shown:\n%v", err)
			}
		})
	}
}
