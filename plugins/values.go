package plugins

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Pin is a GPIO line by name: GPIO17. Two instances on one line are an error.
type Pin string

// PWMOutput is a PWM output by name: GPIO18 where the board routes one there, or
// pwmchip0/1.
type PWMOutput string

// SPIPort is a port and chip select: SPI0.0 or /dev/spidev0.0.
type SPIPort string

// OneOf, embedded in a struct of a Config, says that exactly one of its fields
// is given: device: {max7219: {…}}. A field whose options are all optional may
// be written as its name alone.
type OneOf struct{}

// Percent is a part of a whole, 0 to 1, written 40%.
type Percent float64

// UnmarshalText reads 0% to 100%.
func (p *Percent) UnmarshalText(text []byte) error {
	number, ok := strings.CutSuffix(strings.TrimSpace(string(text)), "%")
	value, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(value >= 0 && value <= 100) {
		return fmt.Errorf("a part is written 0%% to 100%%, such as 40%%")
	}
	*p = Percent(value / 100)
	return nil
}

// MarshalText writes the value the way UnmarshalText reads it.
func (p Percent) MarshalText() ([]byte, error) {
	return []byte(strconv.FormatFloat(float64(p)*100, 'f', -1, 64) + "%"), nil
}

// TimeOfDay is a civil time, since midnight, written 22:30.
type TimeOfDay time.Duration

// UnmarshalText reads 00:00 to 23:59.
func (c *TimeOfDay) UnmarshalText(text []byte) error {
	at, err := time.Parse("15:04", string(text))
	if err != nil {
		return fmt.Errorf("a time of day is written 00:00 to 23:59, such as 22:30")
	}
	*c = TimeOfDay(at.Sub(at.Truncate(24 * time.Hour)))
	return nil
}

// MarshalText writes the value the way UnmarshalText reads it.
func (c TimeOfDay) MarshalText() ([]byte, error) {
	m := int(time.Duration(c) / time.Minute)
	return fmt.Appendf(nil, "%02d:%02d", m/60, m%60), nil
}

// Window is a part of every day, written 22:30-06:00; it may reach over midnight.
type Window struct{ From, To TimeOfDay }

// UnmarshalText reads two different times of day with a hyphen between.
func (w *Window) UnmarshalText(text []byte) error {
	from, to, ok := strings.Cut(string(text), "-")
	if !ok || w.From.UnmarshalText([]byte(strings.TrimSpace(from))) != nil ||
		w.To.UnmarshalText([]byte(strings.TrimSpace(to))) != nil || w.From == w.To {
		return fmt.Errorf("a window is written from-to, such as 22:30-06:00")
	}
	return nil
}

// MarshalText writes the value the way UnmarshalText reads it.
func (w Window) MarshalText() ([]byte, error) {
	from, _ := w.From.MarshalText()
	to, _ := w.To.MarshalText()
	return fmt.Appendf(nil, "%s-%s", from, to), nil
}

// Contains tells whether the clock on the wall stands within the window: from
// its beginning, up to but without its end.
func (w Window) Contains(now time.Time) bool {
	at := TimeOfDay(time.Duration(now.Hour())*time.Hour + time.Duration(now.Minute())*time.Minute + time.Duration(now.Second())*time.Second)
	if w.From < w.To {
		return w.From <= at && at < w.To
	}
	return at >= w.From || at < w.To
}

// FieldError is a fault of one field, for Validate: the configuration points at
// its line.
type FieldError struct {
	Path string // of yaml names below the struct: "encoder.a"
	Err  error
}

func (e *FieldError) Error() string { return e.Path + ": " + e.Err.Error() }
func (e *FieldError) Unwrap() error { return e.Err }

// Fault returns a FieldError. Several go together by [errors.Join].
func Fault(path, format string, args ...any) error {
	return &FieldError{path, fmt.Errorf(format, args...)}
}
