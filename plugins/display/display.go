// Package display shows pages, such as departures or the time, on a panel of LEDs.
//
// Two tasks share the work, and neither waits for the other. The draw task looks often
// whether the picture is still true; where it is not it draws the current page, and
// publishes the picture if it differs. The send task brings the newest picture to the
// device, and opens the device again after a failure. Pages and devices are members of
// the kinds in package panel; four pages are in this package.
package display

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/topics"
)

var (
	picture = plugins.NewTopic[topics.Picture]("picture", "what the panel shows: a lit LED is white", plugins.Stream())
	words   = plugins.NewTopic[topics.Text]("text", "what the picture says, in words", plugins.State(0))
	light   = plugins.NewTopic[topics.Light]("light", "whether the panel is on, and how bright", plugins.State(0))
	current = plugins.NewTopic[topics.Choice]("page", "the page that is shown, unless a message is up", plugins.State(0))
	pending = plugins.NewTopic[topics.Messages]("messages", "the messages and the pages that were pushed", plugins.State(0))
)

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name: "display",
		Doc:  "shows departures, the time and messages on a panel of LEDs",
		Defaults: Config{
			Every: 100 * time.Millisecond, Scroll: 20, Brightness: 0.5, Wake: 30 * time.Second,
			Follow: Follow{Dark: 1, Bright: 400, Least: 0.05}, Messages: Messages{For: 20 * time.Second, Expire: time.Hour},
		},
		Topics: plugins.Topics(picture, words, light, current, pending),
		Actions: plugins.Actions(append([]*plugins.Action{
			nextPage, previousPage, showPage, wake, blank, setBrightness, test, show, dismiss, push, remove,
		}, pageActions...)...),
		New: New,
	})
}

// New returns a display that shows nothing yet.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	health := &health{Health: env.Health}
	env.Health = health
	return &display{
		env: env, cfg: cfg, health: health,
		pager:      pager{turn: cfg.Turn, test: cfg.Test},
		brightness: brightness{Config: cfg},
		sender:     sender{env: env, device: cfg.Device},
		canvas:     newCanvas(cfg.Device.Value.Size()),
		told:       told{light: topics.Light{Brightness: -1}},
	}, nil
}

type display struct {
	env        plugins.Env
	cfg        Config
	health     *health
	pager      pager
	messages   queue
	brightness brightness
	sender     sender
	started    plugins.Instant
	font       *font.Face   // the owner's; nil: there is none
	canvas     *image.Gray  // the next picture
	moment     panel.Moment // of the current picture
	version    uint64       // of its data
	checked    uint64       // the versions of the data of all pages that health is of
	told       told
}

// told is what was published last.
type told struct {
	light    topics.Light
	page     string
	messages topics.Messages
}

func newCanvas(size image.Point) *image.Gray { return image.NewGray(image.Rectangle{Max: size}) }

// Start starts to draw and to send. A device that cannot be opened is no error of
// Start.
func (d *display) Start(t *plugins.Task) error {
	d.started = t.Now()
	d.pager.pages, d.pager.since = newPages(d.env, d.cfg.Pages), d.started
	d.env.Meter.Describe("frames_drawn_total", "Pictures that were drawn for the panel.")
	d.env.Meter.Count("frames_drawn_total", 0) // so that a report has it from the start
	d.brightness.follower = newFollower(d.env, d.cfg.Follow)
	d.handleActions()
	if d.cfg.Font != "" {
		face, err := plugins.Await(t, func(context.Context) (*font.Face, error) { return readFont(d.cfg.Font) })
		if errors.Is(err, plugins.ErrCancelled) {
			return err
		}
		if d.font = face; err != nil {
			d.health.font = "font: " + err.Error() + "; the built-in font is used"
			d.health.report()
		}
	}
	if panel.High(d.canvas.Rect.Dy()) {
		if err := plugins.Do(t, func() error { panel.Prepare(); return nil }); err != nil {
			return err
		}
	}
	pending.Set(d.env, topics.Messages{})
	d.env.Go("draw", d.draw)
	d.env.Go("send", d.sender.send)
	return nil
}

// Stop leaves the panel dark.
func (d *display) Stop(t *plugins.Task) error {
	picture.Set(d.env, topics.Picture{Gray: newCanvas(d.canvas.Rect.Max)})
	words.Set(d.env, "")
	light.Set(d.env, topics.Light{Brightness: d.told.light.Brightness})
	return d.sender.blank(t)
}

// draw looks every now and then whether the picture is still right. While something
// scrolls it wakes for each step instead, which is due at an instant of its own: however
// late the task is resumed for one step, the next one is neither early nor late.
func (d *display) draw(t *plugins.Task) error {
	d.redraw()
	for look := t.Now(); ; {
		now := t.Now()
		if now >= look {
			look = look.Add(now.Sub(look)/d.cfg.Every*d.cfg.Every + d.cfg.Every)
		}
		next := look
		if moves := d.moment.Moves; moves > now && (moves < look || moves.Sub(now) <= d.moment.Step) {
			next = moves
		}
		if err := t.SleepUntil(next); err != nil {
			return err
		}
		if d.version != d.dataVersion() || !d.moment.Until.Holds(d.moment.Moment, d.env.Moment()) {
			d.redraw()
		}
		if v := d.pager.versions(); v != d.checked {
			d.checked = v
			d.health.setPages(d.pager.problem())
		}
		d.sender.watch(t.Now())
	}
}

// redraw draws the message that is up, else the current page. It is short enough for the
// step of a task that calls an action, which then is seen before the next tick.
func (d *display) redraw() {
	said := d.moment.Words
	d.moment = d.now()
	clear(d.canvas.Pix)
	blank, brightness := d.brightness.at(&d.moment)
	d.moment.TrueUntil(d.moment.UntilMono(min(d.messages.at(d.moment.Mono, blank), d.pager.expire(d.moment.Mono))))
	up := d.messages.up
	d.pager.cover(up != nil, d.moment.Mono)
	switch {
	case up != nil:
		up.draw(d.canvas, d.messages.since, &d.moment)
	case !blank:
		d.pager.draw(d.canvas, &d.moment)
	}
	if _, grey := d.cfg.Device.Value.(panel.Grey); !grey { // so that the picture is what the panel shows
		pixels := d.canvas.Pix
		for ; len(pixels) >= 8; pixels = pixels[8:] { // eight at once
			levels := binary.NativeEndian.Uint64(pixels)
			binary.NativeEndian.PutUint64(pixels, levels>>7&0x0101010101010101*0xff)
		}
		for i, level := range pixels {
			pixels[i] = -(level >> 7)
		}
	}
	d.version = d.dataVersion()
	if d.moment.Words != said {
		words.Set(d.env, d.moment.Words)
	}
	d.tell(topics.Light{On: !blank || up != nil, Brightness: float64(brightness)})
	before := d.sender.frame.Picture
	inUse := before == nil || before == d.sender.sending || picture.Read(d.env)
	if d.sender.show(panel.Frame{Picture: d.canvas, Words: string(d.moment.Words), Brightness: float64(brightness)}) {
		d.env.Meter.Count("frames_drawn_total", 1)
		picture.Set(d.env, topics.Picture{Gray: d.canvas})
		if d.canvas = before; inUse {
			d.canvas = newCanvas(d.sender.frame.Picture.Rect.Max)
		}
	}
}

// dataVersion returns another number whenever the page or the brightness has other data.
func (d *display) dataVersion() uint64 { return d.pager.version() + d.brightness.follower.version() }

// now returns the present moment, of which nothing is drawn yet.
func (d *display) now() panel.Moment {
	return panel.Moment{Moment: d.env.Moment(), Started: d.started, Step: d.cfg.step(), Font: d.font}
}

// tell publishes what has changed of what is not drawn.
func (d *display) tell(is topics.Light) {
	if is != d.told.light {
		light.Set(d.env, is)
	}
	page := ""
	if p := d.pager.pages[d.pager.current]; p.pushed == nil {
		page = p.name
	}
	if page != d.told.page {
		current.Set(d.env, topics.Choice{Choice: page, Options: d.cfg.pageNames()})
	}
	messages := d.messages.topic()
	messages.Pages = d.pager.pushed()
	if !messages.Equal(d.told.messages) {
		pending.Set(d.env, messages)
	}
	d.told = told{is, page, messages}
}

// health is that of the instance. A device that fails counts before a font that cannot be
// read, and that before pages that cannot show what they are configured to.
type health struct {
	plugins.Health
	device, font, pages string // what is wrong; empty: nothing
}

// OK says that the device works.
func (h *health) OK() { h.device = ""; h.report() }

// Degraded says what is wrong with the device.
func (h *health) Degraded(format string, args ...any) {
	h.device = fmt.Sprintf(format, args...)
	h.report()
}

// setPages says what is wrong with the pages.
func (h *health) setPages(problem string) {
	if problem != h.pages {
		h.pages = problem
		h.report()
	}
}

func (h *health) report() {
	if problem := cmp.Or(h.device, h.font, h.pages); problem != "" {
		h.Health.Degraded("%s", problem)
	} else {
		h.Health.OK()
	}
}

// CheckOnline checks the pages by what their sources have published.
func (d *display) CheckOnline(*plugins.Task) (string, error) {
	pages := pager{pages: newPages(d.env, d.cfg.Pages)}
	if problem := pages.problem(); problem != "" {
		return "", errors.New(problem)
	}
	return "", nil
}
