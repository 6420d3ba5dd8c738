package config

import (
	"fmt"
	"reflect"
	"regexp"

	"gopkg.in/yaml.v3"

	"ptvd/internal/host"
)

// instance is an Instance in the making.
type instance struct {
	Instance
	at     spot
	config reflect.Value // of the Config; not valid: its plugin is not known
	shape  *shape
	sound  bool // no fault was found in it
}

// instances reads the plugins of a file, in their order.
func (d *decoder) instances(at spot, v reflect.Value) {
	if at.node.Kind != yaml.MappingNode || len(at.node.Content) == 0 {
		d.src.hide(at.node, d.nodes)
		d.fault(at.at(), at.path, "there is no instance; write at least %s", leastFile)
		return
	}
	var all []*instance
	d.pairs(at, []*shape{{secretive: true}}, func(entry spot, name string) {
		if !instanceName.MatchString(name) {
			d.fault(position(entry.key), at.path, "%s cannot be the name of an instance; write 1 to 32 small letters, digits and hyphens", quote(name))
		}
		d.spots[entry.path] = entry
		i := &instance{Instance: Instance{Name: name, Line: entry.key.Line}, at: entry}
		before := d.count
		d.instance(i)
		i.sound = d.count == before
		all = append(all, i)
	})
	v.Set(reflect.ValueOf(all))
}

func (d *decoder) instance(i *instance) {
	name, plugin := pluginOf(i.at.node)
	definition, ok := host.Lookup(name)
	if !ok {
		for j := 1; j < len(i.at.node.Content); j += 2 {
			if n := i.at.node.Content[j]; n != plugin {
				d.src.hide(n, d.nodes)
			}
		}
		all := pluginNames()
		switch {
		case plugin != nil:
			d.fault(position(plugin), i.at.path+".plugin", "there is no plugin %s; %s", quote(name), meant(name, all))
		case i.at.node.Kind == yaml.ScalarNode && !isNull(i.at.node):
			d.src.hide(i.at.node, d.nodes)
			d.fault(i.at.at(), i.at.path, "an instance is options; write %s: {plugin: %s}", i.Name, all[0])
		default:
			d.fault(position(i.at.key), i.at.path, "plugin is missing; write plugin: and one of %s", join(all, "or"))
		}
		return
	}
	i.Definition, i.config = definition, deepCopy(definition.Defaults)
	base := common{OnError: Restart}
	i.shape = shapeOf(i.config.Type(), "")
	shared := shapeOf(reflect.TypeFor[common](), "")
	for _, f := range shared.fields {
		if i.shape.field(f.name) != nil {
			panic(fmt.Sprintf("config: the plugin %s has an option %s, which every instance has", definition.Name, f.name))
		}
	}
	d.options(i.at, target{shared, reflect.ValueOf(&base).Elem()}, target{i.shape, i.config})
	i.OnError = base.OnError
}

// pluginOf finds an instance's plugin before anything else of it is read; nil:
// it does not say.
func pluginOf(n *yaml.Node) (string, *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if value := n.Content[i+1]; n.Content[i].Value == "plugin" && value.Kind == yaml.ScalarNode && !isNull(value) {
				return value.Value, value
			}
		}
	}
	return "", nil
}

func pluginNames() []string {
	var names []string
	for _, d := range host.All() {
		names = append(names, d.Name)
	}
	return names
}

// deepCopy returns an addressable copy that shares nothing with the original,
// so that no instance writes into its plugin's defaults.
func deepCopy(from reflect.Value) reflect.Value {
	to := reflect.New(from.Type()).Elem()
	to.Set(from)
	switch from.Kind() {
	case reflect.Struct:
		for i := range from.NumField() {
			if to.Field(i).CanSet() {
				to.Field(i).Set(deepCopy(from.Field(i)))
			}
		}
	case reflect.Pointer:
		if !from.IsNil() {
			to.Set(deepCopy(from.Elem()).Addr())
		}
	case reflect.Interface:
		if !from.IsNil() {
			to.Set(deepCopy(from.Elem()))
		}
	case reflect.Slice:
		if !from.IsNil() {
			to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
			for i := range from.Len() {
				to.Index(i).Set(deepCopy(from.Index(i)))
			}
		}
	case reflect.Map:
		if !from.IsNil() {
			to.Set(reflect.MakeMap(from.Type()))
			for key, value := range from.Seq2() {
				to.SetMapIndex(key, deepCopy(value))
			}
		}
	}
	return to
}

var instanceName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)
