package schema

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"
)

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
		return err == nil && t.Check(reflect.ValueOf(d)) == nil
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
