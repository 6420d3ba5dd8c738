package config

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/expander"
	"ptvd/internal/host"
	"ptvd/internal/schema"
	"ptvd/plugins"
)

// connect checks what instances have to do with each other: the actions and
// topics that one names of another, that no two use one part of the board, and
// that no actions call each other in a ring.
func (d *decoder) connect(all []*instance, expanders map[string]expander.Options) {
	claims := d.expanderClaims(expanders)
	uses := slices.Clone(claims) // also of buses, which instances share
	calls := map[string][]call{}
	for _, i := range all {
		if !i.config.IsValid() {
			continue
		}
		buses := map[string]string{} // by the path of what they are an option of
		i.schema.Walk(i.at.path, i.config, func(path string, t *schema.Type, v reflect.Value) {
			at, group := d.nearestPlace(path), path[:max(0, strings.LastIndexByte(path, '.'))]
			at.path = path
			switch t.Kind {
			case schema.Pin:
				d.checkExpanderPin(expanders, at, v.String())
				claims = append(claims, claim{part: v.String(), instance: i.Name, at: at})
			case schema.I2C:
				buses[group] = v.String()
				uses = append(uses, claim{part: v.String(), instance: i.Name, at: at})
			case schema.I2CAddress:
				if bus, ok := buses[group]; ok {
					claims = append(claims, claim{part: gpio.I2CAddressName(bus, uint16(v.Uint())), instance: i.Name, at: at})
				}
			case schema.PWM, schema.SPI, schema.UART:
				claims = append(claims, claim{gpio.Canonical(v.String()), i.Name, at, t.Kind == schema.PWM})
			case schema.Action:
				called := v.Interface().(plugins.ActionRef)
				d.checkAction(all, at, called)
				option := listIndex.ReplaceAllString(strings.TrimPrefix(path, i.at.path+"."), "")
				for _, a := range i.Definition.Actions {
					if slices.Contains(a.Calls, option) {
						caller := i.Name + "." + a.Name
						calls[caller] = append(calls[caller], call{called.Instance + "." + called.Name, at})
					}
				}
			case schema.ActionName:
				d.checkActionName(all, at, v.Interface().(plugins.ActionName))
			case schema.From:
				d.checkFrom(all, at, v)
			}
		})
	}
	d.checkClaims(claims)
	d.checkHeader(append(uses, claims...))
	d.checkOutputs(claims)
	d.checkRings(calls)
}

var listIndex = regexp.MustCompile(`\[\d+\]`)

// call is an action that another one calls at once.
type call struct {
	action string
	at     place // the option of the caller
}

// checkRings refuses actions that call each other in a ring, each ring at the first
// of its options. calls are what each action calls.
func (d *decoder) checkRings(calls map[string][]call) {
	done := map[string]bool{}
	var chain []call // each called by the one before it
	var follow func(action string)
	follow = func(action string) {
		if done[action] {
			return
		}
		if start := slices.IndexFunc(chain[:len(chain)-1], func(c call) bool { return c.action == action }); start >= 0 {
			ring := []string{action}
			for _, c := range chain[start+1:] {
				ring = append(ring, c.action)
			}
			d.error(chain[start+1].at, "actions call each other in a ring: %s; remove one of these calls", strings.Join(ring, " -> "))
			return
		}
		for _, next := range calls[action] {
			chain = append(chain, next)
			follow(next.action)
			chain = chain[:len(chain)-1]
		}
		done[action] = true
	}
	for _, caller := range slices.Sorted(maps.Keys(calls)) {
		chain = []call{{action: caller}}
		follow(caller)
	}
}

// other finds the instance that a reference names. It may be one of which nothing
// is known but its name: then there is no plugin to check against.
func (d *decoder) other(all []*instance, at place, name string) (*instance, bool) {
	var there []string
	for _, i := range all {
		if i.Name == name {
			return i, i.config.IsValid()
		}
		there = append(there, i.Name)
	}
	d.error(at, "unknown instance %s; %s", schema.Quote(name), schema.Suggest(name, there))
	return nil, false
}

// checkActionName finds the action that is named; nil where there is none, or where
// nothing is known of the instance.
func (d *decoder) checkActionName(all []*instance, at place, a plugins.ActionName) (*instance, *host.Action) {
	other, ok := d.other(all, at, a.Instance)
	if !ok {
		return nil, nil
	}
	var names []string
	for n, spec := range other.Definition.Actions {
		if spec.Name == a.Name {
			return other, &other.Definition.Actions[n]
		}
		names = append(names, spec.Name)
	}
	d.error(at, "%s (%s) has no action %s; %s", a.Instance, other.Definition.Name, schema.Quote(a.Name), schema.Suggest(a.Name, names))
	return nil, nil
}

func (d *decoder) checkAction(all []*instance, at place, a plugins.ActionRef) {
	other, action := d.checkActionName(all, at, plugins.ActionName{Instance: a.Instance, Name: a.Name})
	if action == nil {
		return
	}
	if err := action.CheckArg(a.Instance+"."+a.Name, a.Arg); err != nil {
		d.error(at, "%v", err)
		return
	}
	if !other.sound {
		return
	}
	if err := host.CheckAction(other.config.Interface(), a.Name, a.Arg); err != nil {
		d.error(at, "%s (line %d): %v", a.Instance, other.Line, err)
	}
}

// checkFrom finds the topic that a reference means, and writes it into v where
// the file leaves it out.
func (d *decoder) checkFrom(all []*instance, at place, v reflect.Value) {
	name, topic := v.FieldByName("Instance"), v.FieldByName("Topic")
	other, ok := d.other(all, at, name.String())
	if !ok {
		return
	}
	wanted := v.Interface().(interface{ Payload() reflect.Type }).Payload()
	fitting, names := other.topics(wanted)
	publisher := fmt.Sprintf("%s (%s)", name, other.Definition.Name)
	switch {
	case topic.String() != "" && !slices.Contains(names, topic.String()):
		d.error(at, "%s has no topic %s; %s", publisher, schema.Quote(topic.String()), schema.Suggest(topic.String(), names))
	case topic.String() != "" && slices.Contains(fitting, topic.String()):
	case len(fitting) == 0 || topic.String() != "":
		d.error(at, "%s has no topic of the type that is needed here; %s", publisher, publishers(all, wanted))
	case len(fitting) > 1:
		d.error(at, "%s has several topics of the type that is needed here; %s", publisher, publishers([]*instance{other}, wanted))
	default:
		topic.SetString(fitting[0])
	}
}

// topics returns the names of the topics of an instance, those that its options add as
// well: of the ones whose values are of a type, and of all.
func (i *instance) topics(wanted reflect.Type) (fitting, all []string) {
	for _, t := range i.published {
		all = append(all, t.Name)
		if t.Type.AssignableTo(wanted) {
			fitting = append(fitting, t.Name)
		}
	}
	return fitting, all
}

// publishers says what to write: the topics that would do.
func publishers(all []*instance, wanted reflect.Type) string {
	var there []string
	for _, i := range all {
		fitting, _ := i.topics(wanted)
		for _, name := range fitting {
			there = append(there, i.Name+"."+name)
		}
	}
	if there == nil {
		return "no other instance has one"
	}
	return "write " + schema.Join(there, "or")
}
