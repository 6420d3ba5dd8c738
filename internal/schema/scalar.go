package schema

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ptvd/internal/textfmt"
)

// MaxText bounds a text of one option, in characters.
const MaxText = 1000

// Set reads a single value into v, which holds the default. An error says what was
// found and what to write.
func (t *Type) Set(v reflect.Value, text string) error {
	switch t.Kind {
	case Bool:
		return setBool(v, text)
	case Int:
		return setInt(v, text)
	case Float:
		return setFloat(v, text)
	case Duration:
		return t.setDuration(v, text)
	case Pin, PWM, SPI, I2C, UART:
		v.SetString(text)
		return checkName(t.Kind, text)
	case String:
		if n := utf8.RuneCountInString(text); n > MaxText {
			return fmt.Errorf("%d characters are too many; write at most %d", n, MaxText)
		}
		v.SetString(text)
		return nil
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil {
		return fmt.Errorf("%s: %w", Quote(text), err)
	}
	return nil
}

// Check compares a value with its bounds and the words allowed.
func (t *Type) Check(v reflect.Value) error {
	if t.Kind == Duration && !t.Min.IsValid() && v.Int() < 0 {
		return fmt.Errorf("%s is negative; write %s", Write(v), writeDuration(-v.Int()))
	}
	if t.Min.IsValid() && less(v, t.Min) || t.Max.IsValid() && less(t.Max, v) {
		return fmt.Errorf("%s is out of range; it must be %s", Write(v), t.Allowed())
	}
	if text := Write(v); len(t.Words) > 0 && !slices.Contains(t.Words, text) {
		if word := Nearest(text, t.Words); word != "" && t.Kind == String {
			return fmt.Errorf("%s is not one of %s; did you mean %s?", Quote(text), t.Allowed(), word)
		}
		return fmt.Errorf("%s is not allowed; write %s", Quote(text), t.Allowed())
	}
	return nil
}

func less(a, b reflect.Value) bool {
	switch {
	case a.CanInt():
		return a.Int() < b.Int()
	case a.CanUint():
		return a.Uint() < b.Uint()
	}
	return a.Float() < b.Float()
}

// Write returns the text that Set reads as the value.
func Write(v reflect.Value) string {
	if defined[v.Type()] == Duration {
		return writeDuration(v.Int())
	}
	if value, ok := reflect.TypeAssert[encoding.TextMarshaler](v); ok {
		text, _ := value.MarshalText()
		return string(text)
	}
	return fmt.Sprint(v.Interface())
}

// Truths are the words that some version of YAML takes for true or false, in lower
// case.
var Truths = map[string]string{
	"on": "true", "yes": "true", "y": "true", "true": "true",
	"off": "false", "no": "false", "n": "false", "false": "false",
}

func setBool(v reflect.Value, text string) error {
	switch word := Truths[strings.ToLower(text)]; {
	case text == "true" || text == "false":
		v.SetBool(text == "true")
		return nil
	case word != "":
		return fmt.Errorf("%s is not a boolean; write %s", text, word)
	}
	return fmt.Errorf("%s is not a boolean; write true or false", Quote(text))
}

var (
	octal    = regexp.MustCompile(`^[-+]?0[0-9]+$`)
	hex      = regexp.MustCompile(`^[-+]?0[xob][0-9a-fA-F]+$`)
	grouped  = regexp.MustCompile(`^[-+]?[0-9]{1,3}([_,' ][0-9]{3})+$`)
	withUnit = regexp.MustCompile(`^([-+]?[0-9]+) ?[a-zA-Z%]+$`)
	decimal  = regexp.MustCompile(`^[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$`)
)

func setInt(v reflect.Value, text string) error {
	switch {
	case octal.MatchString(text):
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return fmt.Errorf("%s has a leading zero, which some programs read as octal; write %d", text, n)
		}
	case hex.MatchString(text):
		if n, err := strconv.ParseInt(text, 0, 64); err == nil {
			return fmt.Errorf("%s is not decimal; write %d", text, n)
		}
	case grouped.MatchString(text):
		return fmt.Errorf("%s has separators; write %s", Quote(text), strings.NewReplacer("_", "", ",", "", "'", "", " ", "").Replace(text))
	case withUnit.MatchString(text):
		return fmt.Errorf("%s has a unit, but none is used here; write %s", Quote(text), withUnit.FindStringSubmatch(text)[1])
	}
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%s is too large", Quote(text))
	case err != nil:
		return fmt.Errorf("%s is not a whole number", Quote(text))
	case v.CanUint():
		if n < 0 || v.OverflowUint(uint64(n)) {
			return fmt.Errorf("%d is out of range; it must be 0 to %d", n, uint64(1)<<v.Type().Bits()-1)
		}
		v.SetUint(uint64(n))
	default:
		if v.OverflowInt(n) {
			return fmt.Errorf("%d is out of range; it must be %d to %d", n, -1<<(v.Type().Bits()-1), 1<<(v.Type().Bits()-1)-1)
		}
		v.SetInt(n)
	}
	return nil
}

func setFloat(v reflect.Value, text string) error {
	f, err := strconv.ParseFloat(text, v.Type().Bits())
	switch {
	case decimal.MatchString(strings.Replace(text, ",", ".", 1)) && strings.Contains(text, ","):
		return fmt.Errorf("%s has a comma; write %s", Quote(text), strings.Replace(textfmt.Clip(text, 40), ",", ".", 1))
	case !decimal.MatchString(text):
		return fmt.Errorf("%s is not a number", Quote(text))
	case err != nil:
		return fmt.Errorf("%s is too large", Quote(text))
	}
	v.SetFloat(f)
	return nil
}

var (
	bareNumber = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,9})?$`)
	numberUnit = regexp.MustCompile(`^([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*([a-zA-Zµμ]+)\.?$`)
	clockLike  = regexp.MustCompile(`^([0-9]{1,3}):([0-9]{2})$`)

	// units are spellings that people use, and ours.
	units = map[string]string{
		"sec": "s", "secs": "s", "second": "s", "seconds": "s",
		"min": "m", "mins": "m", "minute": "m", "minutes": "m",
		"hr": "h", "hrs": "h", "hour": "h", "hours": "h",
		"msec": "ms", "msecs": "ms", "millis": "ms", "millisecond": "ms", "milliseconds": "ms",
		"usec": "us", "micros": "us", "microsecond": "us", "microseconds": "us",
	}
)

// setDuration reads 10s, 1m30s, 1.5h, 100ms.
func (t *Type) setDuration(v reflect.Value, text string) error {
	usual := v.Int() // the default shows the unit that people think in
	d, err := time.ParseDuration(text)
	if err == nil && text != "0" {
		v.SetInt(int64(d))
		return nil
	}
	if bareNumber.MatchString(text) {
		return fmt.Errorf("%s has no unit; write %s", text, t.withUnit(text, usual))
	}
	if m := clockLike.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("%s is not a duration; write %sm%ss, or %sh%sm", text, m[1], m[2], m[1], m[2])
	}
	if m := numberUnit.FindStringSubmatch(text); m != nil {
		unit := strings.ToLower(m[2])
		if d, err := time.ParseDuration(m[1] + "h"); err == nil && (unit == "d" || unit == "day" || unit == "days") {
			return fmt.Errorf("%s: days are not a unit; write %s", Quote(text), writeDuration(int64(24*d)))
		}
		if known := units[unit]; known != "" {
			return fmt.Errorf("%s: unknown unit; write %s", Quote(text), m[1]+known)
		}
	}
	tight := strings.ToLower(strings.Join(strings.Fields(text), ""))
	if _, err := time.ParseDuration(tight); err == nil && tight != "0" {
		return fmt.Errorf("%s is not a duration; write %s", Quote(text), tight)
	}
	return fmt.Errorf("%s is not a duration; write a number and a unit: 100ms, 5s, 10m or 1h30m", Quote(text))
}

// withUnit returns a bare number with the unit that makes it a sensible value: with
// seconds or minutes where no default shows which is meant.
func (t *Type) withUnit(number string, usual int64) string {
	order := []string{"s", "ms", "m", "h"}
	if usual > 0 && usual < int64(time.Second) {
		order = []string{"ms", "s", "m", "h"}
	}
	fits := func(unit string) bool {
		d, err := time.ParseDuration(number + unit)
		return err == nil && t.Check(reflect.ValueOf(d)) == nil && d >= time.Millisecond
	}
	if usual == 0 && number != "0" && fits("s") && fits("m") {
		return fmt.Sprintf("%ss or %sm, whichever is meant", number, number)
	}
	for _, unit := range order {
		if fits(unit) {
			return number + unit
		}
	}
	return number + order[0]
}

// writeDuration is Duration.String without the zeros: 10m, not 10m0s.
func writeDuration(d int64) string {
	text := time.Duration(d).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
