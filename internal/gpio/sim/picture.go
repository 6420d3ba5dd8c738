package sim

import (
	"image"
	"image/color"
)

// Module is how a module's LEDs are connected to its chip, with the data input at the
// right as seen from the front: the wiring that MD_MAX72XX lists under "Hardware".
type Module struct {
	Rows       bool // a digit is a row; otherwise a column
	FromLeft   bool // bit 0 of a row, or digit 0 of the columns, is at the left; otherwise at the right
	FromBottom bool // digit 0 of the rows, or bit 0 of a column, is at the bottom; otherwise on top
}

// The modules that are sold. MD_MAX72XX names them DR1CR0RR0, DR0CR1RR0, DR1CR1RR0
// and DR1CR1RR1; where a digit is a column (DR0), its CR turns the bits around and its
// RR the digits.
var (
	FC16      = Module{Rows: true}
	Generic   = Module{FromBottom: true}
	Parola    = Module{Rows: true, FromLeft: true}
	ICStation = Module{Rows: true, FromLeft: true, FromBottom: true}
)

// Arrangement describes how the modules of a chain are mounted. The zero value is one
// row of generic modules whose data enter at the left.
type Arrangement struct {
	Module   *Module // nil: Generic
	DINRight bool    // the data enter at the right: the panel hangs the other way around
	Rows     int     // of modules; 0: one
	Zigzag   bool    // every other row is turned around, so that the wire between rows is short
	Upwards  bool    // the data enter the bottom row, or the top row if DINRight
}

// Picture returns what the panel shows, as seen from the front, with lit LEDs white.
func (p *Panel) Picture(a Arrangement) *image.Gray {
	p.mu.Lock()
	defer p.mu.Unlock()
	rows := max(1, a.Rows)
	perRow := len(p.chips) / rows
	size := image.Pt(8*perRow, 8*rows)
	picture := image.NewGray(image.Rectangle{Max: size})
	for i := range p.chips {
		for digit := range 8 {
			for bit := range 8 {
				if p.chips[i].lit(digit)>>bit&1 == 1 {
					at := a.place(digit, bit, i%perRow, i/perRow, perRow)
					if a.DINRight {
						at = size.Sub(image.Pt(1, 1)).Sub(at)
					}
					picture.SetGray(at.X, at.Y, color.Gray{Y: 0xFF})
				}
			}
		}
	}
	return picture
}

// place returns where an LED of a module is if the data enter the panel at the upper
// left.
func (a Arrangement) place(digit, bit, column, row, perRow int) image.Point {
	m := Generic
	if a.Module != nil {
		m = *a.Module
	}
	x, y := 7-digit, bit // seen with the data input at the right
	if m.Rows {
		x, y = 7-bit, digit
	}
	if m.FromLeft {
		x = 7 - x
	}
	if m.FromBottom {
		y = 7 - y
	}
	if a.Zigzag && row%2 == 1 {
		column = perRow - 1 - column
	} else {
		x, y = 7-x, 7-y
	}
	if a.Upwards {
		row = a.Rows - 1 - row
	}
	return image.Pt(8*column+x, 8*row+y)
}
