// Package display shows departures, the time and messages on a panel of LEDs.
//
// Three parts, none of which waits for another: the pages are pure functions from
// a [moment] to a picture, so that what stands on the wall can be tested; the
// draw task looks at every tick whether the last picture is still true, asks the
// page that is up for a new one where it is not, and publishes it when it differs;
// the send task brings the newest picture to
// the panel, and opens it again when it fails.
//
// Pictures are ordinary images, eight pixels high, so that other kinds of panels
// can take the same pages: whatever draws an image will do, such as a
// display.Drawer of periph, and this package need not know it.
package display

import (
	"image"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name: "display",
		Doc:  "shows departures, the time and messages on a panel of LEDs",
		Defaults: Config{
			Every:      100 * time.Millisecond,
			Device:     Device{MAX7219: MAX7219{Hz: 1_000_000, Width: 32}},
			Brightness: 0.5,
			Wake:       30 * time.Second,
		},
		Topics: []plugins.Topic{
			plugins.Publishes[*image.Gray]("picture", "what the panel shows: a lit LED is white"),
			plugins.Publishes[topics.Text]("text", "what the picture says, in words"),
		},
		Actions: actions,
		New:     New,
	})
}

// New returns a panel that is still dark.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	return &panel{
		env: env, cfg: cfg,
		book:   book{turn: cfg.Turn, test: cfg.Test},
		light:  light{Config: cfg},
		screen: newScreen(env, cfg.Device.MAX7219),
		canvas: image.NewGray(image.Rect(0, 0, cfg.Device.MAX7219.Width, 8)),
	}, nil
}

type panel struct {
	env     plugins.Env
	cfg     Config
	book    book
	light   light
	screen  *screen
	started plugins.Instant
	picture plugins.Publisher[*image.Gray]
	text    plugins.Publisher[topics.Text]
	canvas  *image.Gray // to be drawn on next
	moment  moment      // of the newest picture
	version uint64      // of what it shows
}

// Start starts to draw and to send. That there is no panel to be opened is no
// reason not to.
func (p *panel) Start(t *plugins.Task) error {
	p.started = t.Now()
	p.picture = plugins.Publish[*image.Gray](p.env, "picture")
	p.text = plugins.Publish[topics.Text](p.env, "text")
	p.book.pages, p.book.since = newPages(p.env, p.cfg.Pages), p.started
	p.env.Meter.Count("frames_drawn_total", 0) // so that a report has it from the start
	p.handleActions()
	p.env.Go("draw", p.draw)
	p.env.Go("send", p.screen.send)
	return nil
}

// Stop leaves the panel dark.
func (p *panel) Stop(t *plugins.Task) error {
	p.picture.Set(image.NewGray(p.canvas.Rect))
	p.text.Set("")
	return p.screen.off(t)
}

// draw looks at every tick whether the picture is still true.
func (p *panel) draw(t *plugins.Task) error {
	p.redraw()
	for range t.Every(p.cfg.Every) {
		now, known := p.time()
		if p.version != p.book.version() || !p.moment.holds(now, known, t.Now()) {
			p.redraw()
		}
		p.screen.watch(t.Now())
	}
	return nil
}

// time returns the civil time, and whether it is known.
func (p *panel) time() (now time.Time, known bool) {
	// Without a monotonic reading, which would hide a step.
	return p.env.Clock.Now().Round(0), p.env.Clock.Synchronized()
}

// redraw draws the page that is up. It is short enough for the step of whoever calls
// an action, who then need not wait for the next tick.
func (p *panel) redraw() {
	m := &p.moment
	*m = moment{mono: p.env.Loop.Now(), started: p.started, step: p.cfg.Every}
	m.now, m.known = p.time()
	clear(p.canvas.Pix)
	dark, brightness := p.light.at(m)
	if !dark {
		p.book.draw(p.canvas, m)
	}
	p.version = p.book.version()
	p.text.Set(m.text)
	if p.screen.show(p.canvas, brightness) {
		p.env.Meter.Count("frames_drawn_total", 1)
		p.picture.Set(p.canvas)
		p.canvas = image.NewGray(p.canvas.Rect)
	}
}
