package fade

import (
	"math"
	"testing"

	"ptvd/plugins"
)

func TestTheLeastLightCanBeSeen(t *testing.T) {
	for _, c := range []struct {
		name      string
		frequency int
		nanos     float64 // the shortest pulse that is acceptable
		lightness float64 // the most of it, as L* of CIE 1931
	}{
		{"1 kHz", 1000, 1000, 1.01},
		{"10 kHz", 10_000, 100, 1.01},
		{"15 kHz", 15_000, 100, 1.5},
		{"50 kHz", 50_000, 100, 4.6},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, gamma := range []Gamma{1, 2.8, 4, CIE} {
				duty := Config{Gamma: gamma, Frequency: c.frequency}.duty(0.0001)
				ratio := float64(duty) / math.MaxUint16
				if nanos := ratio * 1e9 / float64(c.frequency); nanos < c.nanos || ratio*24389/27 > c.lightness {
					t.Errorf("gamma %v: duty %d, a pulse of %.0f ns and a lightness of %.2f", gamma, duty, nanos, ratio*24389/27)
				}
			}
		})
	}
}

func TestOutputDuty(t *testing.T) {
	balance := []plugins.Percent{1, 0.4, 0}
	for _, c := range []struct {
		name string
		cfg  Config
		i    int
		duty uint16
		want uint16
	}{
		{"unchanged", Config{}, 0, 1000, 1000},
		{"off", Config{Balance: balance}, 1, 0, 0},
		{"100 %", Config{Balance: balance}, 0, 1000, 1000},
		{"40 %", Config{Balance: balance}, 1, 1000, 400},
		{"40 % of the shortest pulse", Config{Balance: balance}, 1, 1, 1},
		{"0 %", Config{Balance: balance}, 2, 65535, 0},
		{"inverted off", Config{Inverted: true}, 0, 0, 65535},
		{"inverted full", Config{Inverted: true}, 0, 65535, 1},
		{"inverted and 40 %", Config{Inverted: true, Balance: balance}, 1, 1000, 65135},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.cfg.outputDuty(c.i, c.duty); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestLampDutyAndLevelAreInverse(t *testing.T) {
	for _, c := range []Config{
		{Gamma: 2.8, Frequency: 1000},
		{Gamma: CIE, Frequency: 1000, Inverted: true},
		{Gamma: 1, Frequency: 50_000, Balance: []plugins.Percent{0.25}, Inverted: true},
	} {
		for i := range 1000 {
			duty := c.duty(float64(i) / 1000)
			if got := c.lampDuty(0, c.outputDuty(0, duty)); math.Abs(float64(got)-float64(duty)) > 4 {
				t.Errorf("%+v: duty %d is adopted as %d", c, duty, got)
			}
			if got := c.duty(c.level(duty)); got != duty {
				t.Errorf("%+v: the level of duty %d has duty %d", c, duty, got)
			}
		}
	}
}
