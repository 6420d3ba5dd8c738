//go:build vm

package scenario

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/plugins/panel/font"
)

// asMounted is how the panel of uptv.yaml stands.
var asMounted = sim.Arrangement{Orientation: 90}

// shows tells whether somebody in front of the panel sees that picture.
func shows(panel *sim.Panel, picture *image.Gray) bool {
	return panel.On() && slices.Equal(panel.Picture(asMounted).Pix, picture.Pix)
}

// clockFace is the clock's page at a moment, as it should be by the door in Melbourne.
func clockFace(at time.Time) *image.Gray {
	zone, err := time.LoadLocation("Australia/Melbourne")
	if err != nil {
		panic(err) // the test brings the zones along
	}
	picture := image.NewGray(image.Rect(0, 0, 32, 8))
	text := at.In(zone).Format("15:04")
	font.Bold.Draw(picture, (32-font.Bold.Width(text))/2, 0, text)
	return picture
}

// minutesFaces are the minutes' page with a departure that leaves in 6 to 9 minutes and
// any later one: what the trains at the stop and the walk of uptv.yaml make possible.
func minutesFaces() (all []*image.Gray) {
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
				face.Draw(picture, 15+17*i-face.Width(cell), 0, cell)
			}
			all = append(all, picture)
		}
	}
	return all
}

// rows is a picture for people.
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
