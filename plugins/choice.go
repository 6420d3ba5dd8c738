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
	Name  string // the member's
	Value K      // a pointer to the member's options; nil: nothing was chosen
}

// ChoiceOf returns K.
func (Choice[K]) ChoiceOf() reflect.Type { return reflect.TypeFor[K]() }

// AddMember adds a member to the kind K. Call it from init. T is the struct of the
// member's options, with the tags of a Config, and *T implements K. A struct that
// does not, or a name that is taken, is a panic.
func AddMember[K, T any](name, doc string, defaults T) {
	kind, options := reflect.TypeFor[K](), reflect.TypeFor[T]()
	if options.Kind() != reflect.Struct || !reflect.PointerTo(options).Implements(kind) {
		panic(fmt.Sprintf("plugins: member %q of %v: *%v does not implement %v", name, kind, options, kind))
	}
	if err := schema.AddMember(kind, schema.Member{Name: name, Doc: doc, Defaults: reflect.ValueOf(defaults)}); err != nil {
		panic(fmt.Sprintf("plugins: member %q of %v: %v", name, kind, err))
	}
}
