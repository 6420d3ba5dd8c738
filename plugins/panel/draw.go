package panel

import (
	"image"
	"image/color"
	"time"

	"ptvd/plugins/panel/font"
)

// rest is how long a scrolling text rests at its beginning and at its end.
const rest = 2 * time.Second

// ScrollTime returns how long a text takes to scroll through a number of columns from
// its beginning to its end, with both rests.
func ScrollTime(text string, columns int, step time.Duration) time.Duration {
	return 2*rest + time.Duration(max(0, font.Text.Width(text)-columns))*step
}

// ScrollEnd returns the part of ScrollTime after which the last column is reached.
func ScrollEnd(text string, columns int, step time.Duration) time.Duration {
	return ScrollTime(text, columns, step) - rest
}

// Scroll draws a text as it is some time after it has appeared. A text that is too
// wide scrolls to its end, once. How far it has moved depends on the time alone: a late
// tick does not slow it down.
func Scroll(on *image.Gray, text string, elapsed time.Duration, m *Moment) {
	scroll(on, font.Text, text, elapsed, m)
}

func scroll(on *image.Gray, face *font.Face, text string, elapsed time.Duration, m *Moment) {
	face.Draw(on, on.Rect.Min.X-m.moved(face.Width(text)-on.Rect.Dx(), elapsed), on.Rect.Min.Y, text)
}

// moved returns by how many pixels a text has moved of which so many do not fit.
func (m *Moment) moved(hidden int, elapsed time.Duration) int {
	moved := min(max(0, int((elapsed-rest)/m.Step)), max(0, hidden))
	if moved < hidden {
		m.MovesIn(rest + time.Duration(moved+1)*m.Step - elapsed)
	}
	return moved
}

// round returns when in its last round a text is that scrolls again and again.
func (m *Moment) round(hidden int, elapsed time.Duration) time.Duration {
	if hidden > 0 {
		lasts := 2*rest + time.Duration(hidden)*m.Step
		elapsed %= lasts
		m.EndsIn(lasts - elapsed)
	}
	return elapsed
}

// Text draws a text, in the middle if it fits, and makes it what the picture says. A
// text that is too wide scrolls again and again. On a high picture it is as large as there
// is room for, and has several lines.
func Text(on *image.Gray, text string, m *Moment) {
	m.Say(text)
	switch margin := on.Rect.Dx() - font.Text.Width(text); {
	case High(on.Rect.Dy()):
		Block(on, text, m)
	case margin >= 0:
		font.Text.Draw(on, on.Rect.Min.X+margin/2, 0, text)
	default:
		scroll(on, font.Text, text, m.round(-margin, m.Shown), m)
	}
}

// Columns returns the columns of a picture from left up to but without right.
func Columns(on *image.Gray, left, right int) *image.Gray {
	return on.SubImage(image.Rect(left, 0, right, on.Rect.Dy())).(*image.Gray)
}

// MarkStandIn marks the page as one of data from elsewhere: by a dashed line and in words.
// Call it after Text and Say, as MarkOld.
func MarkStandIn(on *image.Gray, from string, m *Moment) {
	m.mark("from " + from)
	for x := range on.Rect.Dx() {
		if x%4 < 2 {
			on.SetGray(x, on.Rect.Dy()-1, color.Gray{Y: 0xff})
		}
	}
}

// MarkOld marks the page as one of old data: by a dotted line and in words. Call it after
// Text and Say, which begin the words anew.
func MarkOld(on *image.Gray, m *Moment) {
	m.mark("old data")
	for x := 1; x < on.Rect.Dx(); x += 2 {
		on.SetGray(x, on.Rect.Dy()-1, color.Gray{Y: 0xff})
	}
}
