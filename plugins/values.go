package plugins

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"ptvd/internal/schema"
)

func init() {
	schema.Define[Pin](schema.Pin)
	schema.Define[PWMOutput](schema.PWM)
	schema.Define[SPIPort](schema.SPI)
	schema.Define[I2CBus](schema.I2C)
	schema.Define[I2CAddress](schema.I2CAddress)
	schema.Define[UARTPort](schema.UART)
	schema.Define[Secret](schema.Secret)
	schema.Define[ActionRef](schema.Action)
	schema.Define[ActionName](schema.ActionName)
	schema.Define[Position](&schema.Kind{
		One: "a position", Several: "positions", Example: "50.071,14.403", Pattern: `^\s*-?[0-9.]+\s*,\s*-?[0-9.]+\s*$`,
	})
	schema.Define[Percent](&schema.Kind{One: "a percentage", Several: "percentages", Example: "40%", Pattern: `%\s*$`})
	schema.Define[TimeOfDay](&schema.Kind{
		One: "a time of day", Several: "times of day", Example: "22:30", Pattern: `^[0-2]?[0-9]:[0-5][0-9]$`, Bare: true,
	})
	schema.Define[Window](&schema.Kind{
		One: "a part of the day", Several: "parts of the day", Example: "22:30-06:00",
		Pattern: `^\s*[0-2]?[0-9]:[0-5][0-9]\s*-\s*[0-2]?[0-9]:[0-5][0-9]\s*$`,
	})
}

// Pin is a GPIO line by name: GPIO17, or porch.GPA0 on the I/O expander porch. A
// configuration may name it once only.
type Pin string

// PWMOutput is a PWM output by name: GPIO18 if the board routes one to that line, or
// pwmchip0/1.
type PWMOutput string

// SPIPort is an SPI port and chip select: SPI0.0 or /dev/spidev0.0.
type SPIPort string

// I2CBus is an I2C bus: I2C1 or /dev/i2c-1. Instances share a bus. If an [I2CAddress]
// is next to it in a Config, two instances with the same address are an error.
type I2CBus string

// I2CAddress is the address of a device on an I2C bus, 7 bits: 0x20.
type I2CAddress uint16

// UnmarshalText reads an address that a device can have, 0x08 to 0x77 (I2C-bus
// specification, UM10204, table 4), in hexadecimal or decimal.
func (a *I2CAddress) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 0, 16)
	if err != nil || n < 0x08 || n > 0x77 {
		return fmt.Errorf("not an I2C address; write 0x08 to 0x77")
	}
	*a = I2CAddress(n)
	return nil
}

// MarshalText writes an address the way UnmarshalText reads it.
func (a I2CAddress) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%#02x", uint16(a)), nil }

// UARTPort is a serial port by its device: /dev/serial0 or /dev/ttyUSB0.
type UARTPort string

// Position is a latitude and a longitude in degrees; zero: none is given.
type Position struct{ Latitude, Longitude float64 }

// MarshalText writes the position as UnmarshalText reads it.
func (p Position) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a position such as 50.071,14.403.
func (p *Position) UnmarshalText(text []byte) error {
	first, second, _ := strings.Cut(string(text), ",")
	latitude, err := strconv.ParseFloat(strings.TrimSpace(first), 64)
	longitude, err2 := strconv.ParseFloat(strings.TrimSpace(second), 64)
	if err != nil || err2 != nil || !(latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180) {
		return errors.New("a position is a latitude and a longitude in degrees, such as 50.071,14.403")
	}
	*p = Position{latitude, longitude}
	return nil
}

// Meters returns the distance to another position, on a sphere.
func (p Position) Meters(to Position) float64 {
	const radius, degree = 6371e3, math.Pi / 180
	sin2 := func(degrees float64) float64 { return math.Pow(math.Sin(degrees*degree/2), 2) }
	a := sin2(to.Latitude-p.Latitude) + math.Cos(p.Latitude*degree)*math.Cos(to.Latitude*degree)*sin2(to.Longitude-p.Longitude)
	return 2 * radius * math.Asin(min(1, math.Sqrt(a)))
}

func (p Position) String() string { return fmt.Sprintf("%g,%g", p.Latitude, p.Longitude) }

// Percent is a fraction from 0 to 1, written 40%.
type Percent float64

// UnmarshalText reads 0% to 100%.
func (p *Percent) UnmarshalText(text []byte) error {
	number, ok := strings.CutSuffix(strings.TrimSpace(string(text)), "%")
	value, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(value >= 0 && value <= 100) {
		if err != nil || ok || !(value > 1 && value <= 100) { // 0.5 may be half a percent, or half of all
			number = "40"
		}
		return fmt.Errorf("not a percentage; write 0%% to 100%%, such as %s%%", number)
	}
	*p = Percent(value / 100)
	return nil
}

// MarshalText writes the value the way UnmarshalText reads it.
func (p Percent) MarshalText() ([]byte, error) {
	return []byte(strconv.FormatFloat(float64(p)*100, 'f', -1, 64) + "%"), nil
}

// TimeOfDay is a civil time, as the time since midnight, written 22:30.
type TimeOfDay time.Duration

// UnmarshalText reads 00:00 to 23:59.
func (c *TimeOfDay) UnmarshalText(text []byte) error {
	at, err := time.Parse("15:04", string(text))
	if err != nil {
		return fmt.Errorf("not a time of day; write 00:00 to 23:59, such as 22:30")
	}
	*c = TimeOfDay(at.Sub(at.Truncate(24 * time.Hour)))
	return nil
}

// MarshalText writes the value the way UnmarshalText reads it.
func (c TimeOfDay) MarshalText() ([]byte, error) {
	m := int(time.Duration(c) / time.Minute)
	return fmt.Appendf(nil, "%02d:%02d", m/60, m%60), nil
}

// Window is a part of every day, written 22:30-06:00. It may extend past midnight.
type Window struct{ From, To TimeOfDay }

// UnmarshalText reads two different times of day with a hyphen between. The second
// may be 24:00, the end of the day.
func (w *Window) UnmarshalText(text []byte) error {
	from, to, ok := strings.Cut(string(text), "-")
	if to = strings.TrimSpace(to); to == "24:00" {
		w.To = TimeOfDay(24 * time.Hour)
	} else {
		ok = ok && w.To.UnmarshalText([]byte(to)) == nil
	}
	if !ok || w.From.UnmarshalText([]byte(strings.TrimSpace(from))) != nil {
		return fmt.Errorf("not a part of the day; write from-to, such as 22:30-06:00")
	}
	if w.From == w.To {
		return fmt.Errorf("begins when it ends; write 00:00-24:00 for the whole day")
	}
	return nil
}

// MarshalText writes the value the way UnmarshalText reads it.
func (w Window) MarshalText() ([]byte, error) {
	from, _ := w.From.MarshalText()
	to, _ := w.To.MarshalText()
	return fmt.Appendf(nil, "%s-%s", from, to), nil
}

// Contains reports whether a civil time is in the window. The end is not part of
// it.
func (w Window) Contains(now time.Time) bool {
	at := TimeOfDay(time.Duration(now.Hour())*time.Hour + time.Duration(now.Minute())*time.Minute + time.Duration(now.Second())*time.Second)
	if w.From < w.To {
		return w.From <= at && at < w.To
	}
	return at >= w.From || at < w.To
}

// OptionError is what Validate, or New, says about one option. It is reported at
// the option's line in the file.
type OptionError struct {
	Path    string // of yaml names below the struct: "encoder.a"
	Warning bool   // the option works, and should be changed
	Err     error
}

func (e *OptionError) Error() string { return e.Path + ": " + e.Err.Error() }
func (e *OptionError) Unwrap() error { return e.Err }

// OptionErrorf returns an OptionError. Join several by [errors.Join]. The message names
// the other options that it depends on: where one of them was refused and holds its
// default, the message is left out.
func OptionErrorf(path, format string, args ...any) error {
	return &OptionError{Path: path, Err: fmt.Errorf(format, args...)}
}

// OptionWarningf returns an OptionError with which the file is accepted, if there is
// nothing else wrong with it.
func OptionWarningf(path, format string, args ...any) error {
	return &OptionError{Path: path, Warning: true, Err: fmt.Errorf(format, args...)}
}
