package plugins

import (
	"fmt"
	"reflect"

	"ptvd/internal/schema"
)

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
