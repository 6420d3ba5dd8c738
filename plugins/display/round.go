package display

import (
	"image"
	"image/color"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
)

// row is what the page with the departures shows at a time: a departure or a disruption.
type row struct {
	key      rowKey
	text     string // as it is drawn
	words    string // the same in full
	badge    badge
	position int // 1 for the next departure; from 2 on as many dots are beside it
}

// rowKey tells one row from others while its text and its minutes change.
type rowKey struct {
	scheduled         int64
	run, number, text string
	alike             int // how many rows before it have the same of all that: not every source names runs
}

// round shows rows in turn, each until its text was read to its end. It remembers where
// it is: when rows come and go or a badge gets wider, the row that is shown goes on
// from where it was, and every text begins at its beginning.
type round struct {
	row     row
	index   int             // of the row
	began   plugins.Instant // when it was shown first
	columns int             // of its text: they become fewer, never more
	showing plugins.Instant // when the page was shown first
}

// minRowTime is how long a row is shown, even if its text does not scroll.
const minRowTime = 5 * time.Second

// draw draws the row whose turn it is.
func (r *round) draw(on *image.Gray, rows []row, m *panel.Moment) {
	if len(rows) == 0 {
		*r = round{}
		return
	}
	at := slices.IndexFunc(rows, func(other row) bool { return other.key == r.row.key })
	switch showing := m.Mono.Add(-m.Shown); {
	case r.began == 0 || showing != r.showing:
		r.showing = showing
		r.begin(on, rows, 0, m)
	case at < 0: // it is gone, and the row after it has its place
		r.begin(on, rows, r.index%len(rows), m)
	case rows[at].text != r.row.text:
		r.begin(on, rows, at, m)
	default:
		r.row, r.index = rows[at], at
		r.narrow(r.row.columns(on), m)
		if m.Mono.Sub(r.began) >= r.row.lasts(r.columns, m.Step) {
			r.begin(on, rows, (at+1)%len(rows), m)
		}
	}
	elapsed := m.Mono.Sub(r.began)
	ends := r.row.lasts(r.columns, m.Step) - elapsed
	m.TrueFor(ends)
	for _, later := range rows[r.index+1:] {
		ends += later.lasts(later.columns(on), m.Step)
	}
	m.Ends = m.Mono.Add(ends)
	r.row.draw(on, r.columns, elapsed, m)
}

func (r *round) begin(on *image.Gray, rows []row, index int, m *panel.Moment) {
	r.row, r.index, r.began = rows[index], index, m.Mono
	r.columns = r.row.columns(on)
}

// narrow takes columns from the text. A text that rests at its end scrolls on from
// there to its new end.
func (r *round) narrow(columns int, m *panel.Moment) {
	if columns >= r.columns {
		return
	}
	end := r.began.Add(panel.ScrollEnd(r.row.text, r.columns, m.Step))
	r.began = r.began.Add(max(0, m.Mono.Sub(end)))
	r.columns = columns
}

// lasts returns how long the row is shown.
func (r row) lasts(columns int, step time.Duration) time.Duration {
	return max(minRowTime, panel.ScrollTime(r.text, columns, step))
}

// columns returns how many columns the text has.
func (r row) columns(on *image.Gray) int {
	columns := on.Rect.Dx()
	if r.badge.text != "" {
		columns -= font.Text.Width(r.badge.text) + 2
	}
	if r.position > 1 {
		columns--
	}
	return columns
}

func (r row) draw(on *image.Gray, columns int, elapsed time.Duration, m *panel.Moment) {
	m.Say(r.say())
	panel.Scroll(panel.Columns(on, 0, columns), r.text, elapsed, m)
	if r.position > 1 {
		for i := range r.position {
			on.SetGray(r.columns(on)+1, 2*i, color.Gray{Y: 0xff})
		}
	}
	r.badge.draw(on, on.Rect.Dx(), 0, font.Text)
}

func (r row) say() string {
	text := r.words
	if r.position > 1 {
		text = "then " + text
	}
	if r.badge.words != "" && !strings.HasSuffix(text, r.badge.words) {
		text += ": " + r.badge.words
	}
	return text
}
