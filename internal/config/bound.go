package config

import (
	"fmt"
	"reflect"
	"slices"
)

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
	}
	return a.CanFloat() && a.Float() < b.Float()
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
