//go:build vm

package scenario

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/plugins/panel/font"
)

// mounted is how the panel of uptv.yaml is mounted.
var mounted = sim.Arrangement{Module: &sim.FC16}

// isShown reports whether the panel shows a picture.
func isShown(panel *sim.Panel, picture *image.Gray) bool {
	return panel.On() && slices.Equal(panel.Picture(mounted).Pix, picture.Pix)
}

// clockPage returns the clock page at a time, in Melbourne.
func clockPage(at time.Time) *image.Gray {
	zone, err := time.LoadLocation("Australia/Melbourne")
	if err != nil {
		panic(err) // the test embeds time/tzdata
	}
	picture := image.NewGray(image.Rect(0, 0, 32, 8))
	text := at.In(zone).Format("15:04")
	font.Bold.Draw(picture, (32-font.Bold.Width(text))/2, 0, text)
	return picture
}

// minutesPages returns the minutes pages that are possible with the fake's trains and
// the walk of uptv.yaml: a departure in 6 to 9 minutes and any later one.
func minutesPages() (all []*image.Gray) {
	cells := func(from, to int) []string {
		list := []string{"✗"}
		for n := from; n <= to; n++ {
			list = append(list, fmt.Sprint(n), fmt.Sprint("🚌", n))
		}
		return list
	}
	for _, first := range cells(6, 9) {
		for _, second := range cells(6, 30) {
			picture := image.NewGray(image.Rect(0, 0, 32, 8))
			for i, cell := range []string{first, second} {
				face := font.Text
				if font.Bold.Has(cell) {
					face = font.Bold
				}
				right := 15 + 17*i
				face.Draw(picture, right-face.Width(cell), 0, cell)
				for x := right - face.Width(cell); x < right && strings.HasPrefix(cell, "🚌"); x++ {
					picture.SetGray(x, 7, color.Gray{Y: 0xff}) // the fake's buses go by the timetable
				}
			}
			all = append(all, picture)
		}
	}
	return all
}

// rows formats a picture as text.
func rows(picture *image.Gray) string {
	var b strings.Builder
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			b.WriteString(map[bool]string{true: "#", false: "."}[picture.GrayAt(x, y).Y > 0])
		}
		b.WriteString("\n")
	}
	return b.String()
}
