package host

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"ptvd/internal/scheduler"
)

// Plugin is one instance at work; see plugins.Plugin.
type Plugin interface {
	Start(t *scheduler.Task) error
	Stop(t *scheduler.Task) error
}

// Definition is a plugin as the daemon knows it: a plugins.Spec whose
// configuration type is only known by reflection.
type Definition struct {
	Name, Doc  string
	Topics     []Topic
	Actions    []Action
	TimeSource bool          // its instances find out the time
	Defaults   reflect.Value // of the Config struct; copy it before use

	// New makes an instance; Update passes a changed configuration to a running
	// one, or returns plugins.ErrRestart.
	New    func(i *Instance, config any) (Plugin, error)
	Update func(p Plugin, t *scheduler.Task, config any) error
}

// TopicsOf returns the topics of an instance with a configuration: those of the
// Spec, and those that the configuration adds by a method Topics.
func (d Definition) TopicsOf(config any) []Topic {
	if c, ok := config.(interface{ Topics() []Topic }); ok {
		return append(slices.Clip(d.Topics), c.Topics()...)
	}
	return d.Topics
}

// CheckAction returns why a call makes no sense the way an instance is configured, if its
// configuration has a method CheckAction.
func CheckAction(config any, name, arg string) error {
	checker, ok := config.(interface{ CheckAction(name, arg string) error })
	if !ok {
		return nil
	}
	return Catch(func() error { return checker.CheckAction(name, arg) })
}

// Class tells readers how to treat the values of a topic.
type Class string

// The classes of topics.
const (
	State  Class = "state"  // what holds until the next value: retained
	Event  Class = "event"  // what happens at an instant: never retained
	Stream Class = "stream" // changes many times a second: retained, and not for readers beyond the machine unless they name it
)

// Topic declares a topic.
type Topic struct {
	Name, Doc string
	Type      reflect.Type
	Class     Class
	MaxAge    time.Duration // of a State: from then on it says nothing any more; 0: it always holds
}

// Action declares an action.
type Action struct {
	Name, Doc string
	Arg       string                 // what its argument is; empty: it takes none
	Test      func(arg string) error // whether an argument is valid; nil: all are
	Calls     []string               // the options of its Config whose actions it calls at once
	EndedBy   string                 // the action that ends what this one begins; empty: none
}

// ErrFull is what an action returns that takes no more for now.
var ErrFull = errors.New("full: there is no room for more")

// CheckArg returns why an argument is not valid in a call of the action, which is
// written as instance.action.
func (a Action) CheckArg(call, arg string) error {
	var err error
	if a.Test != nil {
		err = Catch(func() error { return a.Test(arg) })
	}
	switch {
	case a.Arg == "" && arg != "":
		return fmt.Errorf("%s takes no argument; write %s", call, call)
	case a.Arg != "" && arg == "" && (a.Test == nil || err != nil):
		return fmt.Errorf("%s needs an argument: %s", call, a.Arg)
	case err != nil:
		return fmt.Errorf("%s: %w", call, err)
	}
	return nil
}

var registry = map[string]Definition{}

// Register makes a plugin known. A name that is taken is a panic.
func Register(d Definition) {
	if _, taken := registry[d.Name]; taken {
		panic(fmt.Sprintf("plugins: two plugins are named %q", d.Name))
	}
	registry[d.Name] = d
}

// Lookup finds a plugin by name.
func Lookup(name string) (Definition, bool) {
	d, ok := registry[name]
	return d, ok
}

// All returns every plugin, by name.
func All() []Definition {
	return slices.SortedFunc(maps.Values(registry), func(a, b Definition) int { return cmp.Compare(a.Name, b.Name) })
}
