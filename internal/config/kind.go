package config

import (
	"encoding"
	"fmt"
	"reflect"
	"time"

	"ptvd/plugins"
)

// kind is what a value is to the people who write it.
type kind int

const (
	kindStruct  kind = iota
	kindOneOf        // a struct of which exactly one field is given
	kindChoice       // a plugins.Choice, or a struct that embeds one
	kindPointer      // what it points to, or nothing
	kindMap
	kindList
	kindBool
	kindInt
	kindFloat
	kindString
	kindDuration
	kindText // what a TextUnmarshaler takes
	kindPin
	kindPWM
	kindSPI
	kindSecret
	kindAction
	kindFrom
	kindInstances // the plugins of a file
)

var (
	special = map[reflect.Type]kind{
		reflect.TypeFor[time.Duration]():     kindDuration,
		reflect.TypeFor[plugins.Pin]():       kindPin,
		reflect.TypeFor[plugins.PWMOutput](): kindPWM,
		reflect.TypeFor[plugins.SPIPort]():   kindSPI,
		reflect.TypeFor[plugins.Secret]():    kindSecret,
		reflect.TypeFor[plugins.ActionRef](): kindAction,
		reflect.TypeFor[[]*instance]():       kindInstances,
	}
	general = map[reflect.Kind]kind{
		reflect.Bool: kindBool, reflect.String: kindString,
		reflect.Int: kindInt, reflect.Int8: kindInt, reflect.Int16: kindInt, reflect.Int32: kindInt, reflect.Int64: kindInt,
		reflect.Uint: kindInt, reflect.Uint8: kindInt, reflect.Uint16: kindInt, reflect.Uint32: kindInt, reflect.Uint64: kindInt,
		reflect.Float32: kindFloat, reflect.Float64: kindFloat,
		reflect.Pointer: kindPointer, reflect.Slice: kindList, reflect.Map: kindMap, reflect.Struct: kindStruct,
	}
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	topicReader     = reflect.TypeFor[interface{ Payload() reflect.Type }]()
	memberHolder    = reflect.TypeFor[interface{ ChoiceOf() reflect.Type }]()
	oneOf           = reflect.TypeFor[plugins.OneOf]()
)

func kindOf(t reflect.Type) kind {
	if k, ok := special[t]; ok {
		return k
	}
	switch {
	case t.Implements(topicReader):
		return kindFrom
	case t.Kind() == reflect.Struct && t.Implements(memberHolder):
		return kindChoice
	case t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(textUnmarshaler):
		return kindText
	}
	k, ok := general[t.Kind()]
	if !ok || t.Kind() == reflect.Map && t.Key().Kind() != reflect.String {
		panic(fmt.Sprintf("config: an option cannot be a %v", t))
	}
	return k
}
