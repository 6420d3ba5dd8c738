package plugins

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"ptvd/internal/host"
	"ptvd/internal/schema"
)

// Plugin is one instance at work. Both methods run on the loop, in a task of the
// instance, and may await.
type Plugin interface {
	// Start opens what the plugin needs and starts its tasks by [Env.Go].
	Start(t *Task) error

	// Stop leaves the parts as they should be left: lamp off, panel blank.
	// The instance's tasks have ended by then. What was opened through the
	// board is closed afterwards.
	Stop(t *Task) error
}

// Updater is a Plugin that can take a changed configuration while it runs. It
// returns [ErrRestart], with nothing changed, where the change needs a new start.
type Updater[C any] interface {
	Update(t *Task, cfg C) error
}

// OnlineChecker is a Plugin that gets something from elsewhere, or reads it from one that
// does. "ptvd check --online" calls CheckOnline of an instance that was made and is not
// started. It asks once, with the configured credentials, publishes what it got, since
// instances that read it are checked after it, and returns that in a few lines, or why it
// cannot. It may have nothing to say.
type OnlineChecker interface {
	Plugin
	CheckOnline(t *Task) (string, error)
}

// ErrRestart says that a change of the configuration needs a restart of the
// instance.
var ErrRestart = errors.New("needs a restart")

// Spec describes a plugin. C is the type of its configuration.
type Spec[C any] struct {
	Name       string     // what stands behind "plugin:"
	Doc        string     // one sentence for people
	Defaults   C          // the configuration before the file is read
	Topics     TopicList  // what its instances publish: Topics(level)
	Actions    ActionList // what they can be asked to do: Actions(toggle, set)
	TimeSource bool       // they find out the time, and get [Env.TimeSource]

	// New makes an instance. It is pure: no I/O, no tasks.
	New func(env Env, cfg C) (Plugin, error)
}

// check is not generic, since the program would hold it once for each plugin.
func check(d host.Definition, hasNew bool) error {
	if !schema.IsName(d.Name) {
		return errors.New("the name is not one of lower-case letters, digits and _ that begins with a letter")
	}
	if d.Doc == "" || !hasNew {
		return errors.New("there is no Doc or no New")
	}
	config, err := schema.Check(d.Defaults)
	if err != nil {
		return err
	}
	topicName, actionName := func(t host.Topic) string { return t.Name }, func(a host.Action) string { return a.Name }
	if err := cmp.Or(checkNames("topic", d.Topics, topicName), checkNames("action", d.Actions, actionName)); err != nil {
		return err
	}
	if slices.ContainsFunc(d.Topics, func(t host.Topic) bool { return t.Name == host.HealthTopic.Name }) {
		return errors.New("the topic health is published by the daemon")
	}
	of := d.Defaults.Type()
	_, hasTopics := reflect.PointerTo(of).MethodByName("Topics")
	if hasTopics && !of.Implements(reflect.TypeFor[interface{ Topics() TopicList }]()) { // it would be ignored
		return fmt.Errorf("the method Topics of its Config is not func (%s) Topics() plugins.TopicList, with a value for its receiver", of.Name())
	}
	for _, a := range d.Actions {
		for _, option := range a.Calls {
			if t := config.At(option); t == nil || t.Kind != schema.Action && (t.Kind != schema.List || t.Elem.Kind != schema.Action) {
				return fmt.Errorf("the action %s calls %q, which is not an option for an action", a.Name, option)
			}
		}
		if a.EndedBy != "" && !slices.ContainsFunc(d.Actions, func(b host.Action) bool { return b.Name == a.EndedBy }) {
			return fmt.Errorf("the action %s is ended by %q, which is not an action", a.Name, a.EndedBy)
		}
	}
	return nil
}

// checkNames checks the names of topics or actions, which references are made of.
func checkNames[T any](what string, list []T, name func(T) string) error {
	seen := map[string]bool{}
	for _, item := range list {
		switch n := name(item); {
		case !schema.IsName(n):
			return fmt.Errorf("the name of the %s %q is not one of lower-case letters, digits and _ that begins with a letter", what, n)
		case seen[n]:
			return fmt.Errorf("two of its %ss are named %q", what, n)
		default:
			seen[n] = true
		}
	}
	return nil
}

// Register makes a plugin known to the configuration. Call it from init. A Spec
// that is incomplete, a name that is taken, and a Config whose types, tags or
// defaults are wrong are panics, which name the plugin and the field.
func Register[C any](s Spec[C]) {
	// What is generic is in the program once for each plugin, so the rest is done by
	// reflection.
	register(host.Definition{
		Name: s.Name, Doc: s.Doc, Topics: s.Topics, Actions: s.Actions, TimeSource: s.TimeSource,
	}, s.Defaults, s.New, (*Updater[C])(nil))
}

func register(d host.Definition, defaults, newPlugin, updater any) {
	makeIt, kind := reflect.ValueOf(newPlugin), reflect.TypeOf(updater).Elem()
	d.Defaults = reflect.ValueOf(defaults)
	d.New = func(i *host.Instance, cfg any) (p host.Plugin, err error) {
		err = host.Catch(func() error {
			result := makeIt.Call([]reflect.Value{reflect.ValueOf(newEnv(i)), reflect.ValueOf(cfg)})
			p, _ = reflect.TypeAssert[host.Plugin](result[0])
			err, _ := reflect.TypeAssert[error](result[1])
			return err
		})
		if p == nil && err == nil {
			err = errors.New("the plugin's New returned neither a plugin nor an error")
		}
		return p, err
	}
	d.Update = func(p host.Plugin, t *Task, cfg any) error {
		v := reflect.ValueOf(p)
		if !v.Type().Implements(kind) {
			return ErrRestart
		}
		result := v.MethodByName("Update").Call([]reflect.Value{reflect.ValueOf(t), reflect.ValueOf(cfg)})
		err, _ := reflect.TypeAssert[error](result[0])
		return err
	}
	if err := check(d, !makeIt.IsNil()); err != nil {
		panic(fmt.Sprintf("plugins: the Spec %q: %v", d.Name, err))
	}
	host.Register(d)
}

// Choice is a configured choice of one member of a kind that other packages can
// add to, such as the pages of a panel. K is the interface that the options of
// every member implement:
//
//	device: {max7219: {spi: SPI0.0}}
//	pages: [clock, {minutes: trains}]
//
// A member whose options are all optional may be written as its name alone, and
// one with a short option as {name: value}. A struct that embeds a Choice may
// have options of its own, which stand beside the member's name.
type Choice[K any] struct {
	Name  string `yaml:"-"` // the member's
	Value K      `yaml:"-"` // a pointer to the member's options; nil: nothing was chosen
}

// ChoiceOf returns K.
func (Choice[K]) ChoiceOf() reflect.Type { return reflect.TypeFor[K]() }

// AddMember adds a member to the kind K. Call it from init. T is the struct of the
// member's options, with the tags of a Config, and *T implements K. What is wrong
// with it, such as a name that is taken, is a panic.
func AddMember[K, T any](name, doc string, defaults T) {
	addMember((*K)(nil), name, doc, defaults) // which is in the program once, and not for each T
}

func addMember(pointerToKind any, name, doc string, defaults any) {
	kind, options := reflect.TypeOf(pointerToKind).Elem(), reflect.TypeOf(defaults)
	err := fmt.Errorf("*%v does not implement it", options)
	if kind.Kind() == reflect.Interface && reflect.PointerTo(options).Implements(kind) {
		err = schema.AddMember(kind, name, doc, reflect.ValueOf(defaults))
	}
	if err != nil {
		panic(fmt.Sprintf("plugins: member %q of %v: %v", name, kind, err))
	}
}
