package schema

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	// A line goes by its name, and not by its offset on a chip as well: then two
	// that are one can be told by their spelling. For the same reason no number
	// begins with 0. The pin of an I/O expander follows its name: porch.GPA0. So do
	// those of other drivers of periph, whose names begin with a capital: FT232H.D0. Boards
	// have lines of other names, such as STATUS_LED or CTS0.
	gpioName = regexp.MustCompile(`^(GPIO([0-9]|[1-4][0-9]|5[0-3])|[A-Za-z0-9._-]+-GPIO(0|[1-9][0-9]{0,2})|[a-z0-9][a-z0-9-]{0,31}\.[A-Z]{1,3}[0-9]{1,2}|[A-Z][A-Za-z0-9()_-]*\.[A-Z]{1,4}[0-9]{1,2}|[A-Z0-9]{1,15}(_[A-Z0-9]{1,15}){1,3}|[A-FH-Z][A-Z]{1,14}[0-9]{0,3})$`)
	pwmName  = regexp.MustCompile(`^(GPIO([0-9]|[1-4][0-9]|5[0-3])|pwmchip(0|[1-9][0-9]{0,2})/(0|[1-9][0-9]{0,2}))$`)
	i2cName  = regexp.MustCompile(`^(I2C|/dev/i2c-)(0|[1-9][0-9]{0,2})$`)
	uartName = regexp.MustCompile(`^/dev/(tty[A-Za-z]+[0-9]+|serial[0-9]|serial/by-(id|path)/[A-Za-z0-9._:+-]+)$`)
	spiName  = regexp.MustCompile(`^(SPI|/dev/spidev)(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})$`)

	gpioLike = regexp.MustCompile(`^(?i:(?:gpio|pin|io|bcm|gp|p)?[ _.-]?)(?:0?([0-9])|([1-9][0-9]))$`)
	spiLike  = regexp.MustCompile(`^(?i:(?:/dev/)?(?:spi(?:dev)?)?[ _-]?)([0-9])(?:[./,: ]([0-9]))?$`)
	i2cLike  = regexp.MustCompile(`^(?i:(?:/dev/)?i2c[ _-]?)([0-9]{1,2})$`)
	pwmLike  = regexp.MustCompile(`^(?i:pwm[ _-]?(?:chip)?[ _-]?)([0-9])[./: ]([0-9])$`)
)

// boardNames has, for each kind of part of a board, what may be its name, what people
// write in place of one with what they mean, and what to write otherwise.
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

// checkName refuses what cannot be the name of a part of a board. Whether the
// board at hand has the part is for the board to say.
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
			meant += ": the number of the GPIO, not that of the pin on the header"
		}
		return fmt.Errorf("%s is not %s; write %s", Quote(name), k.One, meant)
	}
	return fmt.Errorf("%s is not %s; write %s", Quote(name), k.One, names.write)
}
