package fade

import (
	"errors"
	"math"
	"strconv"
)

// Gamma converts a level in perceived brightness to a duty cycle: an exponent from 1 to
// 4, or CIE.
type Gamma float64

// CIE is the lightness L* of CIE 1931 in place of an exponent.
const CIE Gamma = 0

// UnmarshalText reads an exponent, such as 2.8, or cie.
func (g *Gamma) UnmarshalText(text []byte) error {
	if string(text) == "cie" {
		*g = CIE
		return nil
	}
	exponent, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(exponent >= 1 && exponent <= 4) {
		return errors.New("a gamma is a number from 1 to 4, such as 2.8, or cie")
	}
	*g = Gamma(exponent)
	return nil
}

// MarshalText writes the value the way UnmarshalText reads it.
func (g Gamma) MarshalText() ([]byte, error) {
	if g == CIE {
		return []byte("cie"), nil
	}
	return strconv.AppendFloat(nil, float64(g), 'f', -1, 64), nil
}

// duty returns the duty cycle of a level from 0 to 1.
func (g Gamma) duty(level float64) uint16 {
	return uint16(math.Round(math.MaxUint16 * min(1, g.luminance(level))))
}

func (g Gamma) luminance(level float64) float64 {
	switch {
	case g != CIE:
		return math.Pow(level, float64(g))
	case level <= 0.08: // CIE 15:2004, 8.2.1: Y/Yn of L*, which is 100 · level
		return level * 100 * 27 / 24389
	default:
		return math.Pow((level*100+16)/116, 3)
	}
}
