package plugins

import (
	"fmt"
	"strings"
)

// Action names a verb of an instance, and its argument where it takes one:
//
//	panel.next
//	lamp.set 40%
//
// As a field of a Config it is checked before anything starts. The zero value
// is no action.
type Action struct{ Instance, Name, Arg string }

// UnmarshalText reads "instance.action" or "instance.action argument".
func (a *Action) UnmarshalText(text []byte) error {
	verb, arg, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	instance, name, ok := strings.Cut(verb, ".")
	if !ok || instance == "" || name == "" {
		return fmt.Errorf("an action is written instance.action, such as panel.next")
	}
	*a = Action{instance, name, strings.TrimSpace(arg)}
	return nil
}

// Bound tells whether there is an action.
func (a Action) Bound() bool { return a.Name != "" }

func (a Action) String() string {
	return strings.TrimSuffix(a.Instance+"."+a.Name+" "+a.Arg, " ")
}
