package display

import (
	"image"
	"strconv"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/topics"
)

// draw draws the message, with its age from a minute on.
func (m *message) draw(on *image.Gray, since plugins.Instant, moment *panel.Moment) {
	moment.Shown = moment.Mono.Sub(since)
	age := moment.Mono.Sub(m.Came)
	if age < time.Minute {
		moment.TrueFor(time.Minute - age)
		panel.Text(on, m.Text, moment)
		return
	}
	unit, short, long := time.Minute, "m", " min ago"
	switch {
	case age >= 2*day:
		unit, short, long = day, "d", " days ago"
	case age >= time.Hour:
		unit, short, long = time.Hour, "h", " h ago"
	}
	moment.TrueFor(unit - age%unit)
	n := strconv.Itoa(int(age / unit))
	panel.Text(panel.Columns(on, 0, on.Rect.Dx()-font.Text.Width(n+short)-2), m.Text, moment)
	moment.Say(m.Text, n+long)
	badge{text: n + short}.draw(on, on.Rect.Dx(), 0, font.Text)
}

// textTime returns how long a text takes to be shown to its end, beside its age; 0: all
// of it is shown at once.
func (d *display) textTime(text string) time.Duration {
	m := d.now()
	panel.Text(panel.Columns(newCanvas(d.canvas.Rect.Max), 0, d.canvas.Rect.Dx()-font.Text.Width("59m")-2), text, &m)
	return max(0, m.Ends.Sub(m.Mono))
}

// notify takes a message.
func (d *display) notify(arg string) error {
	n, err := readNotification(arg)
	if err != nil {
		return err
	}
	now := d.env.Now()
	return d.messages.add(n.message(d.cfg.Messages, now, d.textTime(n.Text)), n.Stack != nil && !*n.Stack, now)
}

// pageLifetime is the age after which a pushed page says nothing any more, unless it says
// otherwise.
const pageLifetime = day

// pushPage takes a page that goes on until it is removed or old.
func (d *display) pushPage(arg string) error {
	name, p, err := readPage(arg)
	if err != nil {
		return err
	}
	now := d.env.Now()
	return d.pager.push(pushedText{topics.Message{Name: name, Text: p.Text, Came: now}, expires(now, p.Lifetime, pageLifetime), p.Expiry == "mark"})
}
