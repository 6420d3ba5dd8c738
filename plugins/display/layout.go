package display

import (
	"cmp"
	"image"

	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
)

// layout is where the parts of a board are, and in which letters.
type layout struct {
	headline    *font.Face      // of the heading
	faces       []*font.Face    // of the rows, the largest first
	small       *font.Face      // of what is below them
	rows, pitch int             // how many there are, and how far apart
	head        int             // the first row of pixels below the heading
	body        image.Rectangle // with the rows
	foot        image.Rectangle // with the ticker, left of the clock
	clockFace   *font.Face      // the letters of the clock
	clockEnd    image.Point     // its upper right corner
	seconds     bool            // the clock has them
}

// rowHeight is how much of a panel's height a departure takes, if the number of rows is
// not configured: two rows on 32 pixels, four on 64.
const rowHeight = 16

// secondsWidth is how wide a panel is on which the clock has seconds.
const secondsWidth = 192

// newLayout returns the layout of a board with so many rows; 0: as many as fit. The rows
// have the largest letters with which that number fits, and what is below them as large
// ones as there is room for then.
func newLayout(on *image.Gray, heading string, rows int, m *panel.Moment) layout {
	size := on.Rect.Max
	l := layout{headline: font.Text, faces: m.Faces(on), rows: cmp.Or(rows, size.Y/rowHeight), seconds: size.X >= secondsWidth}
	foot := font.Height
	if heading != "" {
		l.head = font.Height
	}
	room := func() int { return size.Y - l.head - foot - l.rows*(l.faces[0].Height+1) }
	accents := func() int { return min(l.faces[0].Above, 2) } // of the first row
	for len(l.faces) > 1 && room() < 0 || len(l.faces) > 2 && heading == "" && room() < accents() {
		l.faces = l.faces[1:]
	}
	l.rows = max(1, min(l.rows, (size.Y-l.head-foot)/l.faces[0].Height))
	top := l.head + min(accents(), max(0, room()))
	spare := room() - top + l.head
	for _, l.small = range l.faces {
		if l.small.Height < font.Height+spare {
			break
		}
	}
	if l.small.Height > font.Height {
		foot = l.small.Height + 1
	}
	l.body = image.Rect(0, top, size.X, size.Y-foot)
	l.pitch = l.body.Dy() / l.rows
	// The seconds are small, since they change most often, and stand in columns of four pixels,
	// as the minutes above them do: see columns.margin.
	l.clockFace = l.small
	width, margin := l.small.Width("00:00"), 0
	if l.seconds {
		l.clockFace = font.Text
		width = l.clockFace.Width("00:00:00")
		margin = (size.X - width) % 4
	}
	l.foot = image.Rect(0, size.Y-l.small.Height, size.X-margin-width-l.small.Height/2, size.Y)
	l.clockEnd = image.Pt(size.X-margin, l.foot.Min.Y+(l.small.Height-l.clockFace.Base+1)/2)
	return l
}
