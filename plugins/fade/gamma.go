package fade

import (
	"fmt"
	"math"
	"strconv"
)

// Gamma is how a level, as the eye sees it, becomes light: its power, 1 to 4; or
// CIE, the lightness of CIE 1931 (L*).
type Gamma float64

// CIE stands for the curve of CIE 1931 in place of a power.
const CIE Gamma = 0

// UnmarshalText reads a power, such as 2.8, or cie.
func (g *Gamma) UnmarshalText(text []byte) error {
	if string(text) == "cie" {
		*g = CIE
		return nil
	}
	power, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(power >= 1 && power <= 4) {
		return fmt.Errorf("a gamma is a number from 1 to 4, such as 2.8, or cie")
	}
	*g = Gamma(power)
	return nil
}

// MarshalText writes the value the way UnmarshalText reads it.
func (g Gamma) MarshalText() ([]byte, error) {
	if g == CIE {
		return []byte("cie"), nil
	}
	return strconv.AppendFloat(nil, float64(g), 'f', -1, 64), nil
}

// duty returns the duty cycle for a level from 0 to 1. Whatever is not off has
// at least the shortest pulse: the dark end is dark, and never black.
func (g Gamma) duty(level float64) uint16 {
	if level <= 0 {
		return 0
	}
	return uint16(max(1, math.Round(math.MaxUint16*min(1, g.light(level)))))
}

func (g Gamma) light(level float64) float64 {
	switch {
	case g != CIE:
		return math.Pow(level, float64(g))
	case level <= 0.08: // CIE 15:2004, 8.2.1: Y/Yn of L*, which is 100 · level
		return level * 100 * 27 / 24389
	default:
		return math.Pow((level*100+16)/116, 3)
	}
}
