package configs_test

import (
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"ptvd/internal/config"
	"ptvd/internal/host"
	"ptvd/internal/textfmt"
)

var update = flag.Bool("update", false, "write the words of the reference again, from the plugins")

func TestTheReferenceMentionsEveryOption(t *testing.T) {
	mentioned := map[string]bool{}
	forEachOption(t, read(t, "reference.yaml"), func(name string, _ config.Option, _, _ *yaml.Node) { mentioned[name] = true })
	var missing func(prefix string, options []config.Option)
	missing = func(prefix string, options []config.Option) {
		for _, o := range options {
			if !mentioned[prefix+o.Name] {
				t.Errorf("reference.yaml lacks %s", prefix+o.Name)
			}
			missing(prefix+o.Name+".", o.Options)
		}
	}
	missing("", config.DescribeFile())
	for _, plugin := range host.All() {
		missing(plugin.Name+": ", config.Describe(plugin))
	}
}

func TestTheReferenceDescribesEveryOptionAsItsPluginDoes(t *testing.T) {
	text := read(t, "reference.yaml")
	want := annotate(t, text)
	if *update {
		if err := os.WriteFile("reference.yaml", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if text != want {
		t.Errorf("the words of reference.yaml are not those of the plugins: go test ./configs -update writes these:\n%s", want)
	}
	for line := range strings.Lines(want) {
		if n := len([]rune(line)) - 1; n > 110 {
			t.Errorf("%d characters are too long a line: %s", n, line)
		}
	}
	before, err := parse(t, "reference.yaml")
	if err != nil {
		t.Fatal(err)
	}
	after, err := parseText(t, "reference.yaml", want)
	if err != nil {
		t.Fatal(err)
	}
	for i, instance := range after.Instances {
		if !reflect.DeepEqual(instance.Config, before.Instances[i].Config) {
			t.Errorf("the words change the configuration of %s", instance.Name)
		}
	}
}

const (
	wordsColumn = 34  // where the words of an option begin, from 0
	wordsEnd    = 110 // the longest line
)

// annotate returns a configuration with the words of each option behind the first
// place where it is given. They take the place of all comments behind values;
// lines that are a comment stay as they are.
func annotate(t *testing.T, text string) string {
	t.Helper()
	words, said := map[int][]string{}, map[string]bool{}
	forEachOption(t, text, func(name string, o config.Option, key, value *yaml.Node) {
		note := ""
		switch {
		case o.Required:
			note = "required"
		case o.Default != "" && value.Value == o.Default:
			note = "default"
		case o.Default != "":
			note = "default " + o.Default
		}
		notes := slices.DeleteFunc([]string{o.Allowed, note}, func(s string) bool { return s == "" })
		text := o.Doc
		if len(notes) > 0 {
			text += " (" + strings.Join(notes, "; ") + ")"
		}
		if strings.HasPrefix(name, "expanders.") {
			name = "expanders." + key.Value // the options of all models are the same
		}
		if !said[name] {
			said[name] = true
			words[key.Line] = append(words[key.Line], textfmt.Wrap(text, wordsEnd-wordsColumn-len("# "))...)
		}
	})
	margin := strings.Repeat(" ", wordsColumn)
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		switch trimmed := strings.TrimLeft(line, " "); {
		case strings.HasPrefix(line, margin+"#"):
			continue // words of the line above
		case !strings.HasPrefix(trimmed, "#"):
			line, _, _ = strings.Cut(line, " #")
			line = strings.TrimRight(line, " ")
		}
		comment := words[i+1]
		if room := wordsColumn - len([]rune(line)); room > 0 && len(comment) > 0 {
			line += strings.Repeat(" ", room) + "# " + comment[0]
			comment = comment[1:]
		}
		b.WriteString(line + "\n")
		for _, line := range comment {
			b.WriteString(margin + "# " + line + "\n")
		}
	}
	return b.String()
}

// forEachOption calls see for every option that a configuration gives, in the
// order of the text. The name is the same wherever the option is given.
func forEachOption(t *testing.T, text string, see func(name string, o config.Option, key, value *yaml.Node)) {
	t.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	var walk func(n *yaml.Node, prefix string, options []config.Option)
	walk = func(n *yaml.Node, prefix string, options []config.Option) {
		visit := func(key, value *yaml.Node) {
			i := slices.IndexFunc(options, func(o config.Option) bool { return o.Name == key.Value })
			if i < 0 {
				return
			}
			name := prefix + key.Value
			if key.Value == "on_error" { // is the same for every plugin
				name = key.Value
			}
			see(name, options[i], key, value)
			entries := value.Content
			if !strings.HasPrefix(options[i].Type, "names, each with") && name != "plugins" {
				walk(value, name+".", options[i].Options)
				return
			}
			for j := 0; j < len(entries); j += 2 {
				instance := entries[j+1]
				if name != "plugins" {
					walk(instance, name+".", options[i].Options)
					continue
				}
				plugin := lookup(t, instance)
				shared := config.DescribeInstance()
				shared[0].Doc = plugin.Doc
				walk(instance, plugin.Name+": ", append(shared, config.Describe(plugin)...))
			}
		}
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i < len(n.Content); i += 2 {
				visit(n.Content[i], n.Content[i+1])
			}
		case yaml.SequenceNode:
			for _, item := range n.Content {
				walk(item, prefix, options)
			}
		case yaml.ScalarNode: // a choice by its name alone
			visit(n, n)
		}
	}
	walk(document.Content[0], "", config.DescribeFile())
}

func lookup(t *testing.T, instance *yaml.Node) host.Definition {
	t.Helper()
	var plugin struct{ Plugin string }
	if err := instance.Decode(&plugin); err != nil {
		t.Fatal(err)
	}
	definition, ok := host.Lookup(plugin.Plugin)
	if !ok {
		t.Fatalf("unknown plugin %s", plugin.Plugin)
	}
	return definition
}
