package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"ptvd/internal/textfmt"
)

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
		return fmt.Errorf("%s is too large", quote(text))
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
		return fmt.Errorf("%s has a comma; write %s", quote(text), strings.Replace(textfmt.Clip(text, 40), ",", ".", 1))
	case !decimal.MatchString(text):
		return fmt.Errorf("%s is not a number", quote(text))
	case err != nil:
		return fmt.Errorf("%s is too large", quote(text))
	}
	v.SetFloat(f)
	return nil
}
