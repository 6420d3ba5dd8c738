package ssd1322

import (
	"cmp"
	"image"
	"math"
	"math/bits"
	"slices"
)

// changes is what differs.
type changes struct {
	columns [Height]uint64    // in each row, the first one as the lowest bit
	parts   []image.Rectangle // of windows
}

// windows returns the windows of columns and rows in which everything is that differs.
// Those with the same columns follow each other.
func (c *changes) windows() []image.Rectangle {
	c.parts = c.parts[:0]
	c.cover(image.Rect(0, 0, columns, Height))
	slices.SortStableFunc(c.parts, func(a, b image.Rectangle) int {
		return cmp.Or(a.Min.X-b.Min.X, a.Max.X-b.Max.X)
	})
	return c.parts
}

// cover adds the windows of an area.
func (c *changes) cover(area image.Rectangle) {
	first, rest := c.split(area)
	switch {
	case !rest.Empty():
		c.cover(first)
		c.cover(rest)
	case !first.Empty():
		c.parts = append(c.parts, first)
	}
}

// windowCost is how many bytes of pixels cost as much as to open a window, which takes 4
// to 7 bytes in up to 6 transfers.
const windowCost = 9

func cost(lines, length int) int { return windowCost + 2*lines*length }

// split divides an area of columns and rows in two, where the windows of what differs in
// the two cost less than that of all that differs in the area. Otherwise it returns this
// window, and rest is empty.
func (c *changes) split(area image.Rectangle) (first, rest image.Rectangle) {
	var lines [columns + Height]span // of each column, and of each row
	across, down := lines[:columns], lines[columns:]
	for x := range across {
		across[x] = nothing
	}
	wide, high := nothing, nothing
	for y := area.Min.Y; y < area.Max.Y; y++ {
		row := c.columns[y] >> area.Min.X << area.Min.X & (1<<area.Max.X - 1)
		down[y] = span{bits.TrailingZeros64(row), bits.Len64(row)}
		wide = wide.and(down[y])
		for ; row != 0; row &= row - 1 {
			x := bits.TrailingZeros64(row)
			across[x] = across[x].and(span{y, y + 1})
			high = high.and(across[x])
		}
	}
	if wide == nothing {
		return image.Rectangle{}, image.Rectangle{}
	}
	area = image.Rect(wide.from, high.from, wide.to, high.to)
	first, rest = area, area
	x, byColumn := cheapest(across[wide.from:wide.to])
	y, byRow := cheapest(down[high.from:high.to])
	switch {
	case cost(area.Dx(), area.Dy()) <= min(byColumn, byRow):
		return area, image.Rectangle{}
	case byColumn < byRow:
		first.Max.X, rest.Min.X = area.Min.X+x, area.Min.X+x
	default:
		first.Max.Y, rest.Min.Y = area.Min.Y+y, area.Min.Y+y
	}
	return first, rest
}

// span is the part of a line in which something differs.
type span struct{ from, to int }

// nothing is the span of a line in which nothing differs.
var nothing = span{64, 0}

func (s span) and(t span) span { return span{min(s.from, t.from), max(s.to, t.to)} }

// cheapest returns before which line to divide some lines so that the windows of both
// parts cost least. Something differs in the first line and in the last one.
func cheapest(lines []span) (at, least int) {
	var costs [64]int // of the lines from each one on
	part, begin := nothing, 0
	for i := len(lines) - 1; i > 0; i-- {
		if lines[i] != nothing {
			part, begin = part.and(lines[i]), i
		}
		costs[i] = cost(len(lines)-begin, part.to-part.from)
	}
	part, least = nothing, math.MaxInt
	end := 0
	for i := 1; i < len(lines); i++ {
		if lines[i-1] != nothing {
			part, end = part.and(lines[i-1]), i
		}
		if both := cost(end, part.to-part.from) + costs[i]; both < least {
			at, least = i, both
		}
	}
	return at, least
}
