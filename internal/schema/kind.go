package schema

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"ptvd/internal/gpio/header"
)

// Kind describes a kind of value for the person who writes one: its name, an
// example, and the form that an editor accepts.
type Kind struct {
	One, Several string // "a duration", "durations"
	Example      string
	Pattern      string // a regular expression; empty: any text
	Bare         bool   // YAML may take it for a number or a boolean: platform 1
	Masked       bool   // it may hold a secret
}

// The kinds. Package plugins defines which of its types are of which kind.
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

var (
	// A line has one name, and none by its offset on a chip, so that two uses of it are
	// found by comparing names. For the same reason no number begins with 0. The pin of an
	// I/O expander follows its name: porch.GPA0. So do those of other drivers of periph,
	// whose names begin with a capital: FT232H.D0. Boards have lines of other names, such
	// as STATUS_LED or CTS0.
	gpioName = regexp.MustCompile(`^(GPIO([0-9]|[1-4][0-9]|5[0-3])|[A-Za-z0-9._-]+-GPIO(0|[1-9][0-9]{0,2})` +
		`|[a-z0-9][a-z0-9-]{0,31}\.[A-Z]{1,3}[0-9]{1,2}|[A-Z][A-Za-z0-9()_-]*\.[A-Z]{1,4}[0-9]{1,2}` +
		`|[A-Z0-9]{1,15}(_[A-Z0-9]{1,15}){1,3}|[A-FH-Z][A-Z]{1,14}[0-9]{0,3})$`)
	pwmName  = regexp.MustCompile(`^(GPIO([0-9]|[1-4][0-9]|5[0-3])|pwmchip(0|[1-9][0-9]{0,2})/(0|[1-9][0-9]{0,2}))$`)
	i2cName  = regexp.MustCompile(`^(I2C|/dev/i2c-)(0|[1-9][0-9]{0,2})$`)
	uartName = regexp.MustCompile(`^/dev/(tty[A-Za-z]+[0-9]+|serial[0-9]|serial/by-(id|path)/[A-Za-z0-9._:+-]+)$`)
	spiName  = regexp.MustCompile(`^(SPI|/dev/spidev)(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})$`)

	gpioLike = regexp.MustCompile(`^(?i:(?:gpio|pin|io|bcm|gp|p)?[ _.-]?)(?:0?([0-9])|([1-9][0-9]))$`)
	spiLike  = regexp.MustCompile(`^(?i:(?:/dev/)?(?:spi(?:dev)?)?[ _-]?)([0-9])(?:[./,: ]([0-9]))?$`)
	i2cLike  = regexp.MustCompile(`^(?i:(?:/dev/)?i2c[ _-]?)([0-9]{1,2})$`)
	pwmLike  = regexp.MustCompile(`^(?i:pwm[ _-]?(?:chip)?[ _-]?)([0-9])[./: ]([0-9])$`)
)

// boardNames has, for each kind of part of a board, the form of its names, the
// spellings that people use instead, with the names that they mean, and the advice
// for anything else.
var boardNames = map[*Kind]struct {
	is    *regexp.Regexp
	likes []boardName
	write string
}{
	SPI:  {spiName, []boardName{{spiLike, "SPI$1.$2"}, {spiLike, "SPI$1.0"}}, "one as SPI0.0 or /dev/spidev0.0"},
	I2C:  {i2cName, []boardName{{i2cLike, "I2C$1"}}, "one as I2C1 or /dev/i2c-1"},
	UART: {uartName, nil, "its device, such as /dev/serial0"},
	PWM:  {pwmName, []boardName{{pwmLike, "pwmchip$1/$2"}, {gpioLike, "GPIO$1$2"}}, "one as GPIO18 or pwmchip0/1"},
	Pin:  {gpioName, []boardName{{gpioLike, "GPIO$1$2"}}, "GPIO0 to GPIO53, or another name that ptvd pins lists"},
}

// boardName is a spelling that is not a name, and the name that is meant by it.
type boardName struct {
	like  *regexp.Regexp
	means string // with the groups of like
}

// checkName refuses what cannot be the name of a part of a board. Whether the board
// has the part is known when it is opened.
func checkName(k *Kind, name string) error {
	names := boardNames[k]
	if names.is.MatchString(name) && (k != Pin || strings.HasPrefix(name, "GPIO") || !gpioLike.MatchString(name)) {
		return nil
	}
	for _, n := range names.likes {
		meant := n.like.ReplaceAllString(name, n.means)
		if !n.like.MatchString(name) || !names.is.MatchString(meant) {
			continue
		}
		if k == Pin {
			meant += ": the number of the GPIO, not that of the pin on the header" + lineOfPin(strings.TrimPrefix(meant, "GPIO"))
		}
		return fmt.Errorf("%s is not %s; write %s", Quote(name), k.One, meant)
	}
	return fmt.Errorf("%s is not %s; write %s", Quote(name), k.One, names.write)
}

// lineOfPin says, as the end of a message, which GPIO line is on a pin of the header; empty:
// none is.
func lineOfPin(pin string) string {
	for n := range header.Lines {
		if line := fmt.Sprint("GPIO", n); pin == fmt.Sprint(new(header.Board).Pin(line)) {
			return fmt.Sprintf(" (pin %s is %s)", pin, line)
		}
	}
	return ""
}
