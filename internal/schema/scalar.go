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
