package panel

import (
	"image"
	"strings"
	"sync"
	"time"

	"ptvd/plugins/panel/font"
)

// High tells whether a picture of a height in pixels is higher than two modules of 8×8, so that a page has
// several lines and larger letters.
func High(height int) bool { return height > 16 }

// legible is how wide a picture is at least for a face, in heights of the face: so many
// that a line has some twenty letters.
const legible = 11

// Faces returns the faces for lines of a high picture, the largest first. The last one is
// the smallest that there is.
func (m *Moment) Faces(on *image.Gray) []*font.Face {
	if m.Font != nil {
		return []*font.Face{m.Font, font.Text}
	}
	all := faces()
	for len(all) > 1 && on.Rect.Dx() < legible*all[0].Height {
		all = all[1:]
	}
	return all
}

// Prepare makes what pages on a high picture draw with, which takes a slow board 0.2 s. It
// may be called within Await.
func Prepare() { faces() }

var faces = sync.OnceValue(func() []*font.Face { return []*font.Face{font.Large(), font.Medium(), font.Text} })

// Enlarge returns a face of package font as large as there is room for when so many of
// its pixels stand side by side, and the row on which to draw it.
func Enlarge(on *image.Gray, face *font.Face, width int) (*font.Face, int) {
	if !High(on.Rect.Dy()) {
		return face, 0
	}
	face = face.Scaled(max(1, min(on.Rect.Dy()/face.Height, on.Rect.Dx()/width)))
	return face, (on.Rect.Dy() - face.Height) / 2
}

// maxScale is how many times larger than its face a text is drawn at most.
const maxScale = 3

// Block draws a text on a part of a high picture: in lines, in the middle and as large as
// there is room for. Where there is none for all of it, it scrolls.
func Block(on *image.Gray, text string, m *Moment) {
	all := m.Faces(on)
	for scale := maxScale; scale > 1; scale-- {
		if lines(on, all[0].Scaled(scale), text) {
			return
		}
	}
	for _, face := range all {
		if lines(on, face, text) {
			return
		}
	}
	top := on.Rect.Min.Y + (on.Rect.Dy()-all[0].Height)/2
	on = on.SubImage(image.Rect(on.Rect.Min.X, top, on.Rect.Max.X, on.Rect.Max.Y)).(*image.Gray)
	scroll(on, all[0], text, m.round(all[0].Width(text)-on.Rect.Dx(), m.Shown), m)
}

// Ticker is a line of text that scrolls again and again where it does not fit. It is drawn
// once, so that a step takes no longer than copying it.
type Ticker struct{ text image.Gray }

// NewTicker draws a text.
func NewTicker(face *font.Face, text string) *Ticker {
	t := &Ticker{*image.NewGray(image.Rect(0, 0, face.Width(text), face.Height))}
	face.Draw(&t.text, 0, 0, text)
	return t
}

// Draw draws the text in a part of a picture some time after it has appeared.
func (t *Ticker) Draw(on *image.Gray, in image.Rectangle, elapsed time.Duration, m *Moment) {
	hidden := t.text.Rect.Dx() - in.Dx()
	moved := m.moved(hidden, m.round(hidden, elapsed))
	width := min(in.Dx(), t.text.Rect.Dx()-moved)
	for y := range min(in.Dy(), t.text.Rect.Dy()) {
		row := on.Pix[on.PixOffset(in.Min.X, in.Min.Y+y):][:width]
		for x, level := range t.text.Pix[t.text.PixOffset(moved, y):][:width] {
			row[x] = max(row[x], level)
		}
	}
}

// lines draws a text in lines, if it fits.
func lines(on *image.Gray, face *font.Face, text string) bool {
	pitch := face.Height + face.Height/8
	most := (on.Rect.Dy() + pitch - face.Height) / pitch
	if face.Width(text) > most*on.Rect.Dx() {
		return false
	}
	var all []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		longer := strings.TrimSpace(line + " " + word)
		switch {
		case face.Width(longer) <= on.Rect.Dx():
			line = longer
		case line == "" || face.Width(word) > on.Rect.Dx():
			return false
		default:
			all, line = append(all, line), word
		}
	}
	if all = append(all, line); len(all) > most {
		return false
	}
	top := on.Rect.Min.Y + (on.Rect.Dy()-len(all)*pitch+pitch-face.Height)/2
	for i, line := range all {
		face.Draw(on, on.Rect.Min.X+(on.Rect.Dx()-face.Width(line))/2, top+i*pitch, line)
	}
	return true
}
