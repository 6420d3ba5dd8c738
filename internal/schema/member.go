package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Member is one of the things that a Choice of a kind may name, with options of
// its own.
type Member struct {
	Name, Doc string
	Defaults  reflect.Value // of the struct of its options; copy before use
}

var members = map[reflect.Type][]Member{}

// AddMember adds a member to a kind. It is called from init functions; a name
// that is taken is an error.
func AddMember(kind reflect.Type, m Member) error {
	at, taken := slices.BinarySearchFunc(members[kind], m.Name, func(m Member, name string) int { return strings.Compare(m.Name, name) })
	if taken {
		return fmt.Errorf("two members are named %q", m.Name)
	}
	members[kind] = slices.Insert(members[kind], at, m)
	return nil
}

// Members returns the members of a kind, by name. The list is complete after all
// init functions have run.
func Members(kind reflect.Type) []Member { return members[kind] }
