// Package display shows departures, the time and messages on a panel of LEDs.
//
// Three parts, none of which waits for another: the pages are pure functions from
// a [moment] to a picture, so that what stands on the wall can be tested; the
// draw task asks the page that is up at every tick, and publishes the picture
// when it differs from the last one; the send task brings the newest picture to
// the panel, and opens it again when it fails.
//
// Pictures are ordinary images, eight pixels high. Another kind of panel takes
// the same pages: what it needs to offer is to show an image.
package display

import (
	"image"
	"time"

	"ptvd/plugins"
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
		},
		Actions: actions,
		New:     New,
	})
}

// New returns a panel that is dark yet.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	p := &panel{env: env, light: newLight(cfg), screen: newScreen(env, cfg.Device.MAX7219), every: cfg.Every}
	p.book = book{pages: newPages(env, cfg.Pages), turn: cfg.Turn, test: cfg.Test}
	p.blank = image.NewGray(image.Rect(0, 0, cfg.Device.MAX7219.Width, 8))
	return p, nil
}

type panel struct {
	env     plugins.Env
	every   time.Duration
	book    book
	light   light
	screen  *screen
	started plugins.Instant
	picture plugins.Publisher[*image.Gray]
	blank   *image.Gray // to be drawn on next
}

// Start starts to draw and to send. That there is no panel to be opened is no
// reason not to.
func (p *panel) Start(t *plugins.Task) error {
	p.started = t.Now()
	p.picture = plugins.Publish[*image.Gray](p.env, "picture")
	p.book.up, p.book.since = 0, p.started
	p.handleActions()
	p.env.Go("draw", p.draw)
	p.env.Go("send", p.screen.send)
	return nil
}

// Stop leaves the panel dark.
func (p *panel) Stop(t *plugins.Task) error { return p.screen.off(t) }

// draw draws the page that is up, at every tick.
func (p *panel) draw(t *plugins.Task) error {
	for range t.Every(p.every) {
		now := p.env.Clock.Now()
		known := p.env.Clock.Known()
		dark, brightness := p.light.at(t.Now(), now, known)
		clear(p.blank.Pix)
		if !dark {
			p.book.tick(t.Now())
			p.book.draw(p.blank, moment{
				now: now, known: known, mono: t.Now(),
				started: p.started, shown: t.Now().Sub(p.book.since), step: p.every,
			})
		}
		if p.screen.show(p.blank, brightness) {
			p.env.Meter.Count("frames_drawn_total", 1)
			p.picture.Set(p.blank)
			p.blank = image.NewGray(p.blank.Rect)
		}
		p.screen.watch(t.Now())
	}
	return nil
}
