package display

import (
	"image"
	"image/color"
	"time"

	"ptvd/plugins/display/font"
)

// pause is how long a text that scrolls rests at its beginning and at its end.
const pause = 2 * time.Second

// scrolls returns how long a text takes to pass through a window from its
// beginning to its end, with both rests.
func scrolls(over int, step time.Duration) time.Duration {
	return 2*pause + time.Duration(over)*step
}

// offset returns by how many pixels a text has moved after a time. It depends on
// the time alone: a late tick does not slow the text down.
func offset(over int, elapsed, step time.Duration) int {
	return min(max(0, int((elapsed-pause)/step)), over)
}

// scroll draws a text into a window, and lets it pass through as often as it
// takes if it is too wide.
func scroll(on *image.Gray, text string, elapsed time.Duration, m *moment) {
	over := max(0, font.Text.Width(text)-on.Rect.Dx())
	round := scrolls(over, m.step)
	elapsed %= round
	moved := offset(over, elapsed, m.step)
	if moved < over {
		m.changesIn(pause + time.Duration(moved+1)*m.step - elapsed)
	} else if over > 0 {
		m.changesIn(round - elapsed)
	}
	font.Text.Draw(on, on.Rect.Min.X-moved, 0, text)
}

// words draws a text in the middle of the panel if it fits there.
func words(on *image.Gray, text string, m *moment) {
	m.says(text)
	if margin := on.Rect.Dx() - font.Text.Width(text); margin >= 0 {
		font.Text.Draw(on, on.Rect.Min.X+margin/2, 0, text)
		return
	}
	scroll(on, text, m.shown, m)
}

// window returns the columns of a picture from left up to but without right.
func window(on *image.Gray, left, right int) *image.Gray {
	return on.SubImage(image.Rect(left, 0, right, on.Rect.Dy())).(*image.Gray)
}

// markOld draws the dotted line that says: these data are old.
func markOld(on *image.Gray) {
	for x := range on.Rect.Dx() {
		on.SetGray(x, on.Rect.Dy()-1, color.Gray{Y: uint8(x % 2 * 0xff)})
	}
}
