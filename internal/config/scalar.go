package config

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
)

// maxText bounds a text of one option, in characters.
const maxText = 1000

// set reads a value from its text. An error says what was found and what to
// write. The value that v has before serves as the example.
func (s *shape) set(v reflect.Value, text string) error {
	switch s.kind {
	case kindBool:
		return setBool(v, text)
	case kindInt:
		return setInt(v, text)
	case kindFloat:
		return setFloat(v, text)
	case kindDuration:
		return s.setDuration(v, text)
	case kindPin, kindPWM, kindSPI:
		v.SetString(text)
		return checkName(s.kind, text)
	case kindText, kindAction:
		if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil {
			return fmt.Errorf("%s: %w", quote(text), err)
		}
	case kindFrom:
		instance, topic, dotted := strings.Cut(text, ".")
		if !instanceName.MatchString(instance) || dotted && topic == "" {
			return fmt.Errorf("%s: a source is written as an instance, such as trains, or as instance.topic", quote(text))
		}
		v.FieldByName("Instance").SetString(instance)
		v.FieldByName("Topic").SetString(topic)
	case kindString:
		if n := utf8.RuneCountInString(text); n > maxText {
			return fmt.Errorf("%d characters are too many; write at most %d", n, maxText)
		}
		v.SetString(text)
	}
	return nil
}

var truths = map[string]string{
	"on": "true", "yes": "true", "y": "true", "true": "true",
	"off": "false", "no": "false", "n": "false", "false": "false",
}

func setBool(v reflect.Value, text string) error {
	switch word := truths[strings.ToLower(text)]; {
	case text == "true" || text == "false":
		v.SetBool(text == "true")
		return nil
	case word != "":
		return fmt.Errorf("%s is not a truth value here; write %s", text, word)
	}
	return fmt.Errorf("%s is neither true nor false", quote(text))
}

var (
	octal    = regexp.MustCompile(`^[-+]?0[0-9]+$`)
	hex      = regexp.MustCompile(`^[-+]?0[xob][0-9a-fA-F]+$`)
	grouped  = regexp.MustCompile(`^[-+]?[0-9]{1,3}([_,' ][0-9]{3})+$`)
	withUnit = regexp.MustCompile(`^([-+]?[0-9]+) ?[a-zA-Z%]+$`)
)

func setInt(v reflect.Value, text string) error {
	switch {
	case octal.MatchString(text):
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return fmt.Errorf("%s begins with 0, which some programs take for octal; write %d", text, n)
		}
	case hex.MatchString(text):
		if n, err := strconv.ParseInt(text, 0, 64); err == nil {
			return fmt.Errorf("%s is not decimal; write %d", text, n)
		}
	case grouped.MatchString(text):
		return fmt.Errorf("%s has separators; write %s", quote(text), strings.NewReplacer("_", "", ",", "", "'", "", " ", "").Replace(text))
	case withUnit.MatchString(text):
		return fmt.Errorf("%s has a unit where none belongs; write %s", quote(text), withUnit.FindStringSubmatch(text)[1])
	}
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%s is too large", clip(text))
	case err != nil:
		return fmt.Errorf("%s is not a whole number", quote(text))
	case v.CanUint():
		if n < 0 || v.OverflowUint(uint64(n)) {
			return fmt.Errorf("%d is out of range; write 0 to %d", n, uint64(1)<<v.Type().Bits()-1)
		}
		v.SetUint(uint64(n))
	default:
		if v.OverflowInt(n) {
			return fmt.Errorf("%d is out of range; write %d to %d", n, -1<<(v.Type().Bits()-1), 1<<(v.Type().Bits()-1)-1)
		}
		v.SetInt(n)
	}
	return nil
}

var decimal = regexp.MustCompile(`^[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$`)

func setFloat(v reflect.Value, text string) error {
	f, err := strconv.ParseFloat(text, v.Type().Bits())
	switch {
	case decimal.MatchString(strings.Replace(text, ",", ".", 1)) && strings.Contains(text, ","):
		return fmt.Errorf("%s has a comma; write %s", text, strings.Replace(text, ",", ".", 1))
	case !decimal.MatchString(text):
		return fmt.Errorf("%s is not a number", quote(text))
	case err != nil:
		return fmt.Errorf("%s is too large", clip(text))
	}
	v.SetFloat(f)
	return nil
}

// check compares a value with its bounds and the words allowed.
func (s *shape) check(v reflect.Value) error {
	if s.kind == kindDuration && !s.min.IsValid() && v.Int() < 0 {
		return fmt.Errorf("%s is negative; write %s", write(v), writeDuration(-v.Int()))
	}
	if s.min.IsValid() && less(v, s.min) || s.max.IsValid() && less(s.max, v) {
		return fmt.Errorf("%s is out of range; write %s", write(v), s.allowed())
	}
	if len(s.oneof) > 0 && !slices.Contains(s.oneof, write(v)) {
		if word := nearest(write(v), s.oneof); word != "" && s.kind == kindString {
			return fmt.Errorf("%s is not allowed; did you mean %s? Allowed is %s", quote(write(v)), word, join(s.oneof, "or"))
		}
		return fmt.Errorf("%s is not allowed; write %s", quote(write(v)), join(s.oneof, "or"))
	}
	return nil
}

func less(a, b reflect.Value) bool {
	switch {
	case a.CanInt():
		return a.Int() < b.Int()
	case a.CanUint():
		return a.Uint() < b.Uint()
	case a.CanFloat():
		return a.Float() < b.Float()
	}
	return a.Kind() == reflect.String && a.String() < b.String()
}

// allowed says what check allows: "1s to 24h", "at least 1", "a, b or c".
func (s *shape) allowed() string {
	switch {
	case len(s.oneof) > 0:
		return join(s.oneof, "or")
	case s.min.IsValid() && s.max.IsValid():
		return write(s.min) + " to " + write(s.max)
	case s.min.IsValid():
		return "at least " + write(s.min)
	case s.max.IsValid():
		return "at most " + write(s.max)
	}
	return ""
}

// write returns the text that set reads as the value; "" for none.
func write(v reflect.Value) string {
	if v.Type() == durationType {
		return writeDuration(v.Int())
	}
	switch value := v.Interface().(type) {
	case encoding.TextMarshaler:
		text, _ := value.MarshalText()
		return string(text)
	case fmt.Stringer:
		return value.String()
	}
	return fmt.Sprint(v.Interface())
}

// quote shows a text that was found, in one short line.
func quote(text string) string {
	if text != "" && !strings.ContainsAny(text, " \t\n\"'") && len(text) <= 40 {
		return text
	}
	return strconv.Quote(clip(text))
}

func clip(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}
