package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"ptvd/internal/textfmt"
)

// maxText bounds a text of one option, in characters.
const maxText = 1000

// set reads a value from its text. An error says what was found and what to
// write.
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

// write returns the text that set reads as the value.
func write(v reflect.Value) string {
	if v.Type() == durationType {
		return writeDuration(v.Int())
	}
	if value, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, _ := value.MarshalText()
		return string(text)
	}
	return fmt.Sprint(v.Interface())
}

// quote shows a text that was found, in one short line.
func quote(text string) string {
	const most = 40
	if text != "" && len(text) <= most && !strings.ContainsAny(text, " \"'") {
		return text
	}
	return strconv.Quote(textfmt.Clip(text, most))
}
