package plugins

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Definition is a [Spec] whose configuration type is not known to the reader.
type Definition struct {
	Name, Doc string
	Topics    []Topic
	Actions   []ActionSpec
	Defaults  reflect.Value // of the Config struct; copy before use
	New       func(env Env, cfg any) (Plugin, error)
	Update    func(p Plugin, t *Task, cfg any) error // ErrRestart where the plugin is no Updater
}

var registry = map[string]Definition{}

// Register makes a plugin known to the configuration. Call it from init. A Spec
// that is incomplete, or a name that is taken, is a panic.
func Register[C any](s Spec[C]) {
	switch {
	case s.Name == "" || s.Doc == "" || s.New == nil:
		panic(fmt.Sprintf("plugins: the Spec %q lacks a name, a doc or New", s.Name))
	case reflect.TypeFor[C]().Kind() != reflect.Struct:
		panic(fmt.Sprintf("plugins: the Config of %q is not a struct", s.Name))
	}
	if _, taken := registry[s.Name]; taken {
		panic(fmt.Sprintf("plugins: two plugins are named %q", s.Name))
	}
	registry[s.Name] = Definition{
		Name: s.Name, Doc: s.Doc, Topics: s.Topics, Actions: s.Actions,
		Defaults: reflect.ValueOf(s.Defaults),
		New:      func(env Env, cfg any) (Plugin, error) { return s.New(env, cfg.(C)) },
		Update: func(p Plugin, t *Task, cfg any) error {
			if u, ok := p.(Updater[C]); ok {
				return u.Update(t, cfg.(C))
			}
			return ErrRestart
		},
	}
}

// Lookup finds a plugin by name.
func Lookup(name string) (Definition, bool) {
	d, ok := registry[name]
	return d, ok
}

// All returns every plugin, by name.
func All() []Definition {
	var all []Definition
	for _, d := range registry {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b Definition) int { return strings.Compare(a.Name, b.Name) })
	return all
}
