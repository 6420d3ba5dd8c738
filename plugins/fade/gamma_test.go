package fade

import (
	"math"
	"testing"
)

func TestDuty(t *testing.T) {
	for _, c := range []struct {
		name  string
		gamma Gamma
		level float64
		want  uint16
	}{
		{"off is off", 2.8, 0, 0},
		{"full is a duty of 100 %", 2.8, 1, math.MaxUint16},
		{"half the level is a seventh of the luminance", 2.8, 0.5, 9410},
		{"gamma 1 is linear", 1, 0.5, 32768},
		{"cie: off is off", CIE, 0, 0},
		{"cie: full is a duty of 100 %", CIE, 1, math.MaxUint16},
		{"cie: L* = 50 is 18.4 % of the luminance", CIE, 0.5, 12071},
		{"cie: L* = 4 is in the linear part", CIE, 0.04, 290},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.gamma.duty(c.level); got != c.want {
				t.Errorf("duty(%v) = %d, want %d", c.level, got, c.want)
			}
		})
	}
}

func TestDutyIsMonotonic(t *testing.T) {
	for _, g := range []Gamma{1, 2.2, 2.8, 4, CIE} {
		var before uint16
		for i := range 10_001 {
			duty := Config{Gamma: g, Frequency: 1000}.duty(float64(i) / 10_000)
			if duty < before || i > 0 && duty == 0 {
				t.Fatalf("gamma %v: level %d/10000 has duty %d after %d", g, i, duty, before)
			}
			before = duty
		}
	}
}

func TestGammaText(t *testing.T) {
	for _, c := range []struct {
		text string
		want Gamma
		ok   bool
	}{
		{"2.8", 2.8, true},
		{"1", 1, true},
		{"cie", CIE, true},
		{"0", 0, false},
		{"0.9", 0, false},
		{"5", 0, false},
		{"NaN", 0, false},
		{"CIE", 0, false},
		{"", 0, false},
	} {
		t.Run(c.text, func(t *testing.T) {
			var g Gamma
			if err := g.UnmarshalText([]byte(c.text)); (err == nil) != c.ok {
				t.Fatalf("error %v", err)
			}
			if !c.ok {
				return
			}
			if text, _ := g.MarshalText(); g != c.want || string(text) != c.text {
				t.Errorf("read as %v, written as %q", g, text)
			}
		})
	}
}
