package demo_test

import (
	"fmt"
	"image"
	"strings"
	"testing"
	"time"
)

func TestPictureInTheReadmeIsWhatTheDemoShows(t *testing.T) {
	frames := play(t, 2*time.Second).frames
	golden(t, "../../docs/panel.svg", svg(pictureAt(frames, time.Second)))
}

// svg draws a picture as LEDs.
func svg(picture *image.Gray) string {
	const pitch = 16
	w, h := picture.Rect.Dx()*pitch+pitch, picture.Rect.Dy()*pitch+pitch
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">`+"\n", w, h, w, h)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="8" fill="#14110f"/>`+"\n", w, h)
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			color := "#2b2320"
			if picture.GrayAt(x, y).Y > 0 {
				color = "#ff5a3c"
			}
			fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="6" fill="%s"/>`+"\n", x*pitch+pitch, y*pitch+pitch, color)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}
