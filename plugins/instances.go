package plugins

import "ptvd/plugins/topics"

// Described is an instance, for a reader that knows no plugin.
type Described struct {
	Instance, Plugin string
	Topics           []TopicInfo
	Actions          []ActionInfo
}

// TopicInfo is a topic of an instance. Type is that of its payload, as in an
// [Envelope], and Class is state, event or stream.
type TopicInfo struct{ Name, Doc, Type, Class string }

// ActionInfo is an action of an instance. Arg says what its argument is; it is
// empty for one that takes none.
type ActionInfo struct{ Name, Doc, Arg string }

// Instances returns every instance that there is now, in the order of the
// configuration.
func Instances(env Env) []Described {
	var all []Described
	bus := env.host.Bus
	for slot := range bus.Topics() {
		if n := len(all); n == 0 || all[n-1].Instance != slot.Instance {
			d := Described{Instance: slot.Instance, Plugin: slot.Plugin}
			for _, a := range bus.Actions(slot.Instance) {
				d.Actions = append(d.Actions, ActionInfo{a.Name, a.Doc, a.Arg})
			}
			all = append(all, d)
		}
		last, t := &all[len(all)-1], slot.Topic()
		last.Topics = append(last.Topics, TopicInfo{t.Name, t.Doc, topics.TypeOf(t.Type), string(t.Class)})
	}
	return all
}
