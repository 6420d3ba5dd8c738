package config

import (
	"fmt"
	"reflect"
	"slices"

	"ptvd/internal/host"
	"ptvd/plugins"
)

// other finds the instance that a reference names. It may be one that nothing is
// known of but its name: then there is no plugin to check against.
func (d *decoder) other(all []*instance, at spot, path, name string) (*instance, bool) {
	var there []string
	for _, i := range all {
		if i.Name == name {
			return i, i.config.IsValid()
		}
		there = append(there, i.Name)
	}
	d.fault(at.at(), path, "no instance is named %s; %s", quote(name), meant(name, there))
	return nil, false
}

func (d *decoder) checkAction(all []*instance, at spot, path string, a plugins.ActionRef) {
	other, ok := d.other(all, at, path, a.Instance)
	if !ok {
		return
	}
	var names []string
	for _, spec := range other.Definition.Actions {
		names = append(names, spec.Name)
	}
	n := slices.Index(names, a.Name)
	if n < 0 {
		d.fault(at.at(), path, "%s (%s) has no action %s; %s", a.Instance, other.Definition.Name, quote(a.Name), meant(a.Name, names))
		return
	}
	if err := checkArgument(a, other.Definition.Actions[n]); err != nil {
		d.fault(at.at(), path, "%v", err)
		return
	}
	if checker, ok := other.config.Addr().Interface().(interface{ CheckAction(name, arg string) error }); ok && other.sound {
		if err := checker.CheckAction(a.Name, a.Arg); err != nil {
			d.fault(at.at(), path, "%s (line %d): %v", a.Instance, other.Line, err)
		}
	}
}

func checkArgument(a plugins.ActionRef, spec host.Action) error {
	verb := a.Instance + "." + a.Name
	switch {
	case spec.Arg == "" && a.Arg != "":
		return fmt.Errorf("%s takes no argument; write %s", verb, verb)
	case spec.Arg == "":
		return nil
	case spec.Test == nil && a.Arg == "":
		return fmt.Errorf("%s needs an argument: %s", verb, spec.Arg)
	case spec.Test == nil:
		return nil
	}
	if err := spec.Test(a.Arg); err != nil && a.Arg == "" {
		return fmt.Errorf("%s needs an argument: %s", verb, spec.Arg)
	} else if err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return nil
}

// checkFrom finds the topic that a reference means, and writes it into v where
// the file leaves it to be found.
func (d *decoder) checkFrom(all []*instance, at spot, path string, v reflect.Value) {
	name, topic := v.FieldByName("Instance"), v.FieldByName("Topic")
	other, ok := d.other(all, at, path, name.String())
	if !ok {
		return
	}
	wanted := v.Interface().(interface{ Payload() reflect.Type }).Payload()
	var fitting, names []string
	for _, t := range other.Definition.Topics {
		names = append(names, t.Name)
		if t.Type == wanted {
			fitting = append(fitting, t.Name)
		}
	}
	who := fmt.Sprintf("%s (%s)", name, other.Definition.Name)
	switch {
	case topic.String() != "" && !slices.Contains(names, topic.String()):
		d.fault(at.at(), path, "%s publishes no topic %s; %s", who, quote(topic.String()), meant(topic.String(), names))
	case topic.String() != "" && slices.Contains(fitting, topic.String()):
	case len(fitting) == 0 || topic.String() != "":
		d.fault(at.at(), path, "%s does not publish what is wanted here%s", who, d.publishers(all, wanted))
	case len(fitting) > 1:
		for i := range fitting {
			fitting[i] = name.String() + "." + fitting[i]
		}
		d.fault(at.at(), path, "%s publishes several that fit; write %s", who, join(fitting, "or"))
	default:
		topic.SetString(fitting[0])
	}
}

// publishers names the instances that would do.
func (d *decoder) publishers(all []*instance, wanted reflect.Type) string {
	var there []string
	for _, i := range all {
		for _, t := range i.Definition.Topics {
			if t.Type == wanted {
				there = append(there, i.Name+"."+t.Name)
			}
		}
	}
	if there == nil {
		return ", and no other instance does"
	}
	return "; write " + join(there, "or")
}
