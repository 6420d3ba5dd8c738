package plugins

import (
	"fmt"
	"strings"

	"ptvd/internal/host"
)

// Action is something that other instances, the page and people can ask an
// instance to do. Declare it once, list it in the Spec, and use that variable:
//
//	var toggle = plugins.NewAction("toggle", "goes off, or back to its last level")
//
//	toggle.Handle(env, func(string) error { … })
type Action struct{ declaration host.Action }

// ActionOption is an option of [NewAction].
type ActionOption func(*host.Action)

// NewAction declares an action. A Config with a method
//
//	CheckAction(name, arg string) error
//
// may refuse actions that make no sense the way it is configured.
func NewAction(name, doc string, options ...ActionOption) *Action {
	a := &Action{host.Action{Name: name, Doc: doc}}
	for _, option := range options {
		option(&a.declaration)
	}
	return a
}

// Arg says that the action takes an argument, and what that is. The check returns an error
// for an argument that is not valid; if it is nil, all are valid.
func Arg(what string, check func(arg string) error) ActionOption {
	return func(a *host.Action) { a.Arg, a.Test = what, check }
}

// CallsOptions names the options of the plugin's Config whose actions the handler of this
// action calls. With that, the check of a configuration finds actions that call each other
// in a ring.
func CallsOptions(paths ...string) ActionOption {
	return func(a *host.Action) { a.Calls = paths }
}

// EndedBy names the action that ends what this one begins: a press is ended by a release.
// The page calls it when the button there is released, and when the browser is gone.
func EndedBy(action string) ActionOption {
	return func(a *host.Action) { a.EndedBy = action }
}

// Actions lists actions for a Spec.
func Actions(actions ...*Action) ActionList {
	var list ActionList
	for _, a := range actions {
		list = append(list, a.declaration)
	}
	return list
}

// ActionList is what [Actions] returns.
type ActionList = []host.Action

// Handle gives the action its meaning for an instance, from New on. The function
// runs on the loop in the caller's step: it changes state or sets an event, and
// leaves what takes time to a task. An action that the Spec does not list panics.
func (a *Action) Handle(env Env, do func(arg string) error) {
	env.host.Handle(a.declaration.Name, do)
}

// Name returns the action's name.
func (a *Action) Name() string { return a.declaration.Name }

// ActionRef is an action of an instance with its argument, as a configuration
// writes it:
//
//	panel.next
//	lamp.set 40%
//
// As a field of a Config it is checked before anything starts. The zero value
// is no action.
type ActionRef struct{ Instance, Name, Arg string }

// UnmarshalText reads "instance.action" or "instance.action argument".
func (a *ActionRef) UnmarshalText(text []byte) error {
	called, arg, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	instance, name, ok := strings.Cut(called, ".")
	if !ok || instance == "" || name == "" {
		return fmt.Errorf("not an action; write instance.action, such as panel.next")
	}
	*a = ActionRef{instance, name, strings.TrimSpace(arg)}
	return nil
}

// ActionName is an action of an instance without an argument, as a configuration
// writes what is allowed: "lamp.set". As a field of a Config it is checked before
// anything starts.
type ActionName struct{ Instance, Name string }

// UnmarshalText reads "instance.action".
func (a *ActionName) UnmarshalText(text []byte) error {
	var ref ActionRef
	if err := ref.UnmarshalText(text); err != nil || ref.Arg != "" {
		return fmt.Errorf("not an action's name; write instance.action, such as panel.next")
	}
	*a = ActionName{ref.Instance, ref.Name}
	return nil
}

func (a ActionName) String() string { return a.Instance + "." + a.Name }

// Bound tells whether there is an action.
func (a ActionRef) Bound() bool { return a.Name != "" }

func (a ActionRef) String() string {
	return strings.TrimSuffix(a.Instance+"."+a.Name+" "+a.Arg, " ")
}

// Call carries out an action of another instance; that of the zero ActionRef does
// nothing. The error says that the instance does not run, or why the action
// failed.
func (e Env) Call(a ActionRef) error {
	if !a.Bound() {
		return nil
	}
	return e.host.Bus.Call(a.Instance, a.Name, a.Arg)
}
