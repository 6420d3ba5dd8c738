package schema

import (
	"cmp"
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

	gpioLike = regexp.MustCompile(`^(?i:(?:gpio|pin|io|bcm|gp|p)?[ _.-]?)([0-9]{1,2})$`)
	spiLike  = regexp.MustCompile(`^(?i:(?:/dev/)?(?:spi(?:dev)?)?[ _-]?)([0-9])(?:[./,: ]([0-9]))?$`)
	i2cLike  = regexp.MustCompile(`^(?i:(?:/dev/)?i2c[ _-]?)([0-9]{1,2})$`)
	pwmLike  = regexp.MustCompile(`^(?i:pwm[ _-]?(?:chip)?[ _-]?)([0-9])[./: ]([0-9])$`)
)

// checkName refuses what cannot be the name of a part of a board. Whether the
// board at hand has the part is for the board to say.
func checkName(k *Kind, name string) error {
	switch k {
	case SPI:
		if spiName.MatchString(name) {
			return nil
		}
		if m := spiLike.FindStringSubmatch(name); m != nil {
			return fmt.Errorf("%s is not an SPI port; write SPI%s.%s", Quote(name), m[1], cmp.Or(m[2], "0"))
		}
		return fmt.Errorf("%s is not an SPI port; write one as SPI0.0 or /dev/spidev0.0", Quote(name))
	case I2C:
		if i2cName.MatchString(name) {
			return nil
		}
		if m := i2cLike.FindStringSubmatch(name); m != nil {
			return fmt.Errorf("%s is not an I2C bus; write I2C%s", Quote(name), m[1])
		}
		return fmt.Errorf("%s is not an I2C bus; write one as I2C1 or /dev/i2c-1", Quote(name))
	case UART:
		if uartName.MatchString(name) {
			return nil
		}
		return fmt.Errorf("%s is not a serial port; write its device, such as /dev/serial0", Quote(name))
	case PWM:
		if pwmName.MatchString(name) {
			return nil
		}
		if m := pwmLike.FindStringSubmatch(name); m != nil {
			return fmt.Errorf("%s is not a PWM output; write pwmchip%s/%s", Quote(name), m[1], m[2])
		}
		if m := gpioLike.FindStringSubmatch(name); m != nil && gpioName.MatchString("GPIO"+m[1]) {
			return fmt.Errorf("%s is not a PWM output; write GPIO%s", Quote(name), m[1])
		}
		return fmt.Errorf("%s is not a PWM output; write one as GPIO18 or pwmchip0/1", Quote(name))
	}
	if gpioName.MatchString(name) && (strings.HasPrefix(name, "GPIO") || !gpioLike.MatchString(name)) {
		return nil
	}
	if m := gpioLike.FindStringSubmatch(name); m != nil {
		number := cmp.Or(strings.TrimLeft(m[1], "0"), "0")
		if gpioName.MatchString("GPIO" + number) {
			return fmt.Errorf("%s is not a GPIO line; write GPIO%s: the number of the GPIO, not that of the pin on the header", Quote(name), number)
		}
	}
	return fmt.Errorf("%s is not a GPIO line; write GPIO0 to GPIO53, or another name that ptvd pins lists", Quote(name))
}
