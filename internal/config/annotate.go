package config

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"ptvd/internal/host"
	"ptvd/internal/textfmt"
)

const (
	wordsColumn = 34  // where the words of an option begin, from 0
	wordsEnd    = 110 // and the longest line
)

// Annotated returns the text of the file with the words of each option behind the
// first place where it stands: what the tags that decode it say. They take the
// place of all comments behind values; lines that are a comment stay as they are.
func (f *File) Annotated() string {
	words := f.words()
	margin := strings.Repeat(" ", wordsColumn)
	var b strings.Builder
	for i, line := range f.decoder.src.lines {
		text := string(line)
		switch trimmed := strings.TrimLeft(text, " "); {
		case strings.HasPrefix(text, margin+"#"):
			continue // words of the line above
		case !strings.HasPrefix(trimmed, "#"):
			text = strings.TrimRight(uncommented(text), " ")
		}
		comment := words[i+1]
		if room := wordsColumn - len([]rune(text)); room > 0 && len(comment) > 0 {
			text += strings.Repeat(" ", room) + "# " + comment[0]
			comment = comment[1:]
		}
		b.WriteString(text + "\n")
		for _, line := range comment {
			b.WriteString(margin + "# " + line + "\n")
		}
	}
	return b.String()
}

// words returns what to say of the options that begin on each line.
func (f *File) words() map[int][]string {
	var options []spot
	for path, at := range f.decoder.spots {
		// A short form is the group's spot once more, under another name.
		if at.key != nil && strings.HasSuffix("."+path, "."+at.key.Value) {
			options = append(options, at)
		}
	}
	slices.SortFunc(options, func(a, b spot) int {
		if position(a.key).before(position(b.key)) {
			return -1
		}
		return 1
	})
	words, said := map[int][]string{}, map[string]bool{}
	for _, at := range options {
		if name, o := f.optionAt(at.path); o != nil && !said[name] {
			said[name] = true
			words[at.key.Line] = append(words[at.key.Line], textfmt.Wrap(o.words(o.standing(at.node)), wordsEnd-wordsColumn-len("# "))...)
		}
	}
	return words
}

// optionAt finds what is to know about the option at a path, and a name that it
// has wherever else it stands. nil: it is no option, but an instance.
func (f *File) optionAt(path string) (name string, o *Option) {
	parts := strings.Split(listIndex.ReplaceAllString(path, ""), ".")
	if parts[0] != "plugins" || len(parts) == 1 {
		return strings.Join(parts, "."), findOption(DescribeFile(), parts)
	}
	if len(parts) == 2 {
		return "", nil
	}
	i := slices.IndexFunc(f.Instances, func(i Instance) bool { return i.Name == parts[1] })
	plugin := f.Instances[i].Definition
	options := append(commonOptions(plugin), Describe(plugin)...)
	name = strings.Join(parts[2:], ".")
	if name != "on_error" { // is the same of every plugin
		name = plugin.Name + ": " + name
	}
	return name, findOption(options, parts[2:])
}

// commonOptions are those that every instance has.
func commonOptions(plugin host.Definition) []Option {
	options := DescribeInstance()
	findOption(options, []string{"plugin"}).Doc = plugin.Doc
	return options
}

func findOption(options []Option, path []string) *Option {
	i := slices.IndexFunc(options, func(o Option) bool { return o.Name == path[0] })
	switch {
	case i < 0:
		return nil
	case len(path) == 1:
		return &options[i]
	}
	return findOption(options[i].Options, path[1:])
}

// standing says what is to know about a value that the file gives.
func (o *Option) standing(n *yaml.Node) string {
	switch {
	case o.Required:
		return "required"
	case o.Default == "":
		return ""
	case n.Value == o.Default:
		return "default"
	}
	return "default " + o.Default
}

// uncommented cuts off the comment of a line.
func uncommented(line string) string {
	quote := rune(0)
	before := ' '
	for i, r := range line {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '#' && before == ' ':
			return line[:i]
		case (r == '"' || r == '\'') && strings.ContainsRune(" [{,", before):
			quote = r
		}
		before = r
	}
	return line
}
