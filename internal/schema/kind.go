package schema

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"time"
)

// Kind is what a value is to the person who writes it: what it is called, what
// one looks like, and which form of it an editor accepts.
type Kind struct {
	One, Several string // "a duration", "durations"
	Example      string
	Pattern      string // a regular expression; empty: any text
	Bare         bool   // YAML may take it for a number or a boolean: platform 1
	Masked       bool   // it may hold a secret
}

// The kinds there are. Package plugins defines which of its types are of which
// kind.
var (
	Struct = &Kind{One: "options", Several: "options", Example: "{…}"}
	Choice = &Kind{} // a choice of members that packages add, see AddMember
	List   = &Kind{}
	Map    = &Kind{}

	Bool     = &Kind{One: "true or false", Several: "true or false", Example: "true"}
	Int      = &Kind{One: "a whole number", Several: "whole numbers", Example: "NUMBER"}
	Float    = &Kind{One: "a number", Several: "numbers", Example: "NUMBER"}
	String   = &Kind{One: "text", Several: "texts", Example: "TEXT", Bare: true}
	Text     = &Kind{One: "text", Several: "texts", Example: "TEXT", Bare: true} // what a TextUnmarshaler takes
	Duration = &Kind{One: "a duration", Several: "durations", Example: "10s", Pattern: `^\+?(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$`}

	Pin = &Kind{One: "a GPIO line", Several: "GPIO lines", Example: "GPIO17", Pattern: gpioName.String()}
	PWM = &Kind{One: "a PWM output", Several: "PWM outputs", Example: "GPIO18", Pattern: pwmName.String()}
	SPI = &Kind{One: "an SPI port", Several: "SPI ports", Example: "SPI0.0", Pattern: spiName.String()}
	I2C = &Kind{One: "an I2C bus", Several: "I2C buses", Example: "I2C1", Pattern: i2cName.String()}

	I2CAddress = &Kind{One: "an I2C address", Several: "I2C addresses", Example: "0x20", Pattern: `^(0x[0-7]?[0-9a-fA-F]|[0-9]{1,3})$`, Bare: true}

	UART = &Kind{One: "a serial port", Several: "serial ports", Example: "/dev/serial0", Pattern: uartName.String()}

	Secret     = &Kind{One: "a secret", Several: "secrets", Example: "{credential: NAME}", Masked: true}
	Action     = &Kind{One: "an action", Several: "actions", Example: "panel.next", Pattern: `^\s*[a-z0-9-]+\.[^ ]+( .*)?$`}
	ActionName = &Kind{One: "an action's name", Several: "names of actions", Example: "panel.next", Pattern: `^[a-z0-9-]+\.[a-z0-9_]+$`}
	From       = &Kind{One: "an instance", Several: "instances", Example: "INSTANCE", Pattern: `^[a-z0-9-]+(\..+)?$`, Bare: true}
)

// InstanceName is what an instance may be called.
var InstanceName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

var (
	defined = map[reflect.Type]*Kind{reflect.TypeFor[time.Duration](): Duration}
	general = map[reflect.Kind]*Kind{
		reflect.Bool: Bool, reflect.String: String,
		reflect.Int: Int, reflect.Int8: Int, reflect.Int16: Int, reflect.Int32: Int, reflect.Int64: Int,
		reflect.Uint: Int, reflect.Uint8: Int, reflect.Uint16: Int, reflect.Uint32: Int, reflect.Uint64: Int,
		reflect.Float32: Float, reflect.Float64: Float,
		reflect.Slice: List, reflect.Map: Map, reflect.Struct: Struct,
	}
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	topicReader     = reflect.TypeFor[interface{ Payload() reflect.Type }]()
	memberHolder    = reflect.TypeFor[interface{ ChoiceOf() reflect.Type }]()
)

// Define says of which kind the values of a type are. It is called from init
// functions.
func Define[T any](k *Kind) { defined[reflect.TypeFor[T]()] = k }

func kindOf(t reflect.Type) (*Kind, error) {
	if k, ok := defined[t]; ok {
		return k, nil
	}
	switch isStruct := t.Kind() == reflect.Struct; {
	case isStruct && t.Implements(topicReader):
		return From, nil
	case isStruct && t.Implements(memberHolder):
		return Choice, nil
	case t.Kind() == reflect.Pointer:
		return nil, fmt.Errorf("an option cannot be a pointer; use %v, whose zero value is what holds without the option", t.Elem())
	case reflect.PointerTo(t).Implements(textUnmarshaler):
		return Text, nil
	}
	if k, ok := general[t.Kind()]; ok && (k != Map || t.Key().Kind() == reflect.String) {
		return k, nil
	}
	return nil, fmt.Errorf("an option cannot be of type %v", t)
}
