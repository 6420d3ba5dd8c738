package config

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"

	"ptvd/internal/host"
	"ptvd/internal/schema"
)

// instances is the kind of the file's plugins.
var instances = &schema.Kind{One: "instances", Several: "instances", Example: "{clock: {plugin: ntp}}", Masked: true}

func init() { schema.Define[[]*instance](instances) }

// instance is an Instance that is being read.
type instance struct {
	Instance
	at     place
	config reflect.Value // of the Config; not valid: its plugin is not known
	schema *schema.Type
	sound  bool // nothing is wrong with it

	published []host.Topic
}

// common are the options that every instance has beside its plugin's.
type common struct {
	Plugin  string  `yaml:"plugin" doc:"which plugin it is" required:"true"`
	OnError OnError `yaml:"on_error" doc:"when it fails: restart it alone, or let the daemon fail" oneof:"restart fail"`
}

func (d *decoder) instances(at place, v reflect.Value) {
	if at.node.Kind == yaml.SequenceNode && len(at.node.Content) > 0 {
		advice := "write NAME: in place of each -, and the options of the instance below it"
		for i, n := range at.node.Content {
			item := place{path: fmt.Sprintf("%s[%d]", at.path, i), node: n}
			name := "NAME"
			if len(n.Content) == 2 && isInstance(n.Content[1]) { // - NAME: {plugin: PLUGIN}
				advice, name, item.key, item.node = "remove each -", n.Content[0].Value, n.Content[0], n.Content[1]
			}
			d.places[item.path] = item
			d.instance(&instance{Instance: Instance{Name: name}, at: item})
		}
		d.error(at, "a list stands where names belong; %s", advice)
		return
	}
	if at.node.Kind != yaml.MappingNode || len(at.node.Content) == 0 {
		d.src.hide(at.node)
		d.error(at, "expected instances by name, found %s; write at least %s", describe(at.node), leastFile)
		return
	}
	d.indent(at, func(i int) bool { return opensInstance(at.node.Content, i) }, func(i int) bool {
		return !isInstance(at.node.Content[i+1]) && !opensInstance(at.node.Content, i)
	})
	var all []*instance
	d.pairs(at, &schema.Type{Kind: instances}, func(entry place, name string) {
		if !schema.InstanceName.MatchString(name) {
			d.report(Error, positionOf(entry.key), at.path, "invalid instance name %s; use 1 to 32 lower-case letters, digits and hyphens%s%s", schema.Quote(name), suggestName(name), schema.Unusual(name))
		}
		d.places[entry.path] = entry
		i := &instance{Instance: Instance{Name: name, Line: entry.key.Line}, at: entry}
		before := len(d.refused)
		if err := host.Catch(func() error { d.instance(i); return nil }); err != nil {
			d.panicked(entry, i.Definition.Name, err)
			i.config = reflect.Value{}
		}
		i.sound = len(d.refused) == before
		all = append(all, i)
	})
	v.Set(reflect.ValueOf(all))
}

// suggestName returns a valid name that looks like an invalid one, as a part of a
// message; empty: there is none.
func suggestName(name string) string {
	valid := strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(name))
	if !schema.InstanceName.MatchString(valid) {
		return ""
	}
	return ", such as " + valid
}

// isInstance reports whether a node looks like the options of an instance.
func isInstance(n *yaml.Node) bool { return n.Kind == yaml.MappingNode && mentions(n, "plugin") }

// opensInstance reports whether the entry of a mapping is a name without a value, and the
// next one is a plugin, which should be indented below it.
func opensInstance(content []*yaml.Node, i int) bool {
	return isNull(content[i+1]) && i+2 < len(content) && content[i+2].Value == "plugin"
}

// indent finds a name without a value whose options follow it without being indented. It
// reports that once, and puts the options where they belong, so that they are read.
func (d *decoder) indent(at place, isParent, isChild func(i int) bool) {
	content := at.node.Content
	var kept []*yaml.Node
	for i := 0; i+1 < len(content); i += 2 {
		key, value, end := content[i], content[i+1], i+2
		for isParent(i) && end+1 < len(content) && isChild(end) {
			end += 2
		}
		if end > i+2 {
			first := content[i+2]
			value = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: first.Line, Column: first.Column, Content: content[i+2 : end]}
			d.report(Error, positionOf(first), at.option(key.Value).path, "not indented; write two more spaces at the beginning of each line that belongs to %s", schema.Quote(key.Value))
			i = end - 2
		}
		kept = append(kept, key, value)
	}
	at.node.Content = kept
}

func (d *decoder) instance(i *instance) {
	name, plugin := d.pluginOf(i.at)
	if _, ok := host.Lookup(i.Name); ok && i.at.node.Kind == yaml.MappingNode && !mentions(i.at.node, "plugin") {
		d.report(Error, positionOf(cmp.Or(i.at.key, i.at.node)), i.at.path, "required option plugin is missing; write plugin: %s below %s", i.Name, i.Name)
		plugin = &yaml.Node{Kind: yaml.ScalarNode, Value: i.Name, Line: i.at.node.Line, Column: i.at.node.Column}
		i.at.node.Content = append(i.at.node.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "plugin", Line: plugin.Line, Column: plugin.Column}, plugin)
		name = i.Name // so that its options are read
	}
	definition, ok := host.Lookup(name)
	if !ok {
		d.unknownPlugin(i, name, plugin)
		return
	}
	i.Definition, i.config = definition, schema.Copy(definition.Defaults)
	base := common{OnError: Restart}
	i.schema = schema.Must(i.config.Type())
	shared := schema.Must(reflect.TypeFor[common]())
	for _, f := range shared.Fields {
		if i.schema.Field(f.Name) != nil {
			panic(fmt.Sprintf("config: the plugin %s has an option %s, which every instance has", definition.Name, f.Name))
		}
	}
	d.options(i.at, target{shared, reflect.ValueOf(&base).Elem()}, target{i.schema, i.config})
	i.OnError, i.published = base.OnError, definition.TopicsOf(i.config.Interface())
}

// panicked reports that code of a plugin has panicked.
func (d *decoder) panicked(at place, plugin string, err error) {
	d.error(at, "%v; this is a fault of the plugin %s: report it to its author%s", err, plugin, host.PlaceOfPanic(err))
}

func (d *decoder) unknownPlugin(i *instance, name string, plugin *yaml.Node) {
	for j := 1; j < len(i.at.node.Content); j += 2 {
		if n := i.at.node.Content[j]; n != plugin {
			d.src.hide(n)
		}
	}
	all := pluginNames()
	switch {
	case plugin != nil:
		d.report(Error, positionOf(plugin), i.at.path+".plugin", "unknown plugin %s; %s", schema.Quote(name), schema.Suggest(name, all))
	case i.at.node.Kind == yaml.ScalarNode && !isNull(i.at.node):
		d.src.hide(i.at.node)
		plugin, ok := host.Lookup(i.at.node.Value)
		if !ok {
			plugin.Name = all[0]
		}
		d.error(i.at, "expected options, found a single value; write %s: {plugin: %s}", i.Name, plugin.Name)
	case i.at.node.Kind == yaml.SequenceNode:
		d.src.hide(i.at.node)
		d.error(i.at, "expected options, found a list; write each on a line of its own as name: value, without brackets or -")
	default:
		d.report(Error, positionOf(cmp.Or(i.at.key, i.at.node)), i.at.path, "required option plugin is missing; write plugin: and one of %s", schema.Join(all, "or"))
	}
}

// pluginOf finds an instance's plugin before anything else of it is read; nil:
// it is not given. Where the option has another name, it is reported and renamed, so
// that the other options can be read.
func (d *decoder) pluginOf(at place) (string, *yaml.Node) {
	if at.node.Kind != yaml.MappingNode {
		return "", nil
	}
	var other *yaml.Node // the name of an option that has a plugin's name for its value
	for i := 0; i+1 < len(at.node.Content); i += 2 {
		key, value := at.node.Content[i], at.node.Content[i+1]
		if value.Kind != yaml.ScalarNode || isNull(value) {
			continue
		}
		if key.Value == "plugin" {
			return value.Value, value
		}
		if _, ok := host.Lookup(value.Value); ok && other == nil {
			other = key
		}
	}
	if other == nil {
		return "", nil
	}
	d.report(Error, positionOf(other), at.path, "unknown option %s; did you mean plugin?%s", schema.Quote(other.Value), schema.Unusual(other.Value))
	other.Value = "plugin"
	return d.pluginOf(at)
}

func pluginNames() []string {
	var names []string
	for _, d := range host.All() {
		names = append(names, d.Name)
	}
	return names
}
