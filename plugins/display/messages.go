package display

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ptvd/internal/schema"
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

// notification is the argument of the action show: a text, or JSON with the names that
// AWTRIX gives them (https://blueforcer.github.io/awtrix3/#/api, "Custom Apps and
// Notifications"). Durations are in milliseconds.
type notification struct {
	Text     string `json:"text"`
	Name     string `json:"name"`       // by which it can be replaced and dismissed
	Priority int    `json:"priority"`   // 0 to 9; a higher one goes first
	Duration *int64 `json:"durationMs"` // how long it is up, at least until its text was shown to its end
	Repeat   int    `json:"repeat"`     // how many times a text that scrolls is shown, in place of the duration
	Hold     bool   `json:"hold"`       // it stays until it is dismissed
	Stack    *bool  `json:"stack"`      // false: it does not wait for those that came before
	Wake     *bool  `json:"wakeup"`     // false: on a blank panel it waits
	Lifetime *int64 `json:"lifetimeMs"` // the age at which it is dropped; 0: never
}

// pushedPage is the argument of the action push after the name: a text, or JSON.
type pushedPage struct {
	Text     string `json:"text"`
	Lifetime *int64 `json:"lifetimeMs"`     // the age after which it says nothing any more; 0: never
	Expiry   string `json:"lifetimeExpiry"` // remove, or mark: it stays, marked as old
}

const (
	maxArgument = 4 << 10 // of a message, in bytes
	maxName     = 64      // in bytes
	maxPriority = 9
	maxRepeat   = 20
	maxDuration = time.Hour
	maxLifetime = 365 * 24 * time.Hour
)

// readNotification reads the argument of the action show.
func readNotification(arg string) (n notification, err error) {
	if err := readBody(arg, &n, &n.Text); err != nil {
		return n, err
	}
	switch {
	case n.Name != "" && checkName(n.Name) != nil:
		return n, checkName(n.Name)
	case n.Priority < 0 || n.Priority > maxPriority:
		return n, fmt.Errorf("priority is %d; must be 0 to %d", n.Priority, maxPriority)
	case n.Repeat < 0 || n.Repeat > maxRepeat:
		return n, fmt.Errorf("repeat is %d; must be 0 to %d", n.Repeat, maxRepeat)
	case n.Duration != nil && (*n.Duration < 1 || *n.Duration > maxDuration.Milliseconds()):
		return n, fmt.Errorf("durationMs is %d; must be 1 to %d", *n.Duration, maxDuration.Milliseconds())
	}
	return n, checkLifetime(n.Lifetime)
}

// readPage reads the argument of the action push: a name, then a text or JSON.
func readPage(arg string) (name string, p pushedPage, err error) {
	name, body, _ := strings.Cut(arg, " ")
	if err := checkName(name); err != nil {
		return name, p, err
	}
	if err := readBody(body, &p, &p.Text); err != nil {
		return name, p, err
	}
	if p.Expiry != "" && p.Expiry != "remove" && p.Expiry != "mark" {
		return name, p, fmt.Errorf("lifetimeExpiry is %s; there is remove and mark", schema.Quote(p.Expiry))
	}
	return name, p, checkLifetime(p.Lifetime)
}

// readBody reads JSON, or else a text, with all white space as single spaces.
func readBody(body string, into any, text *string) error {
	body = strings.TrimSpace(strings.ToValidUTF8(body, "\ufffd"))
	switch {
	case len(body) > maxArgument:
		return fmt.Errorf("a message of %d bytes; the limit is %d", len(body), maxArgument)
	case strings.HasPrefix(body, "{"):
		if err := readJSON(body, into); err != nil {
			return err
		}
	default:
		*text = body
	}
	*text = strings.Join(strings.FieldsFunc(*text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if n := utf8.RuneCountInString(*text); n == 0 || n > maxMessage {
		return fmt.Errorf("text: a message has 1 to %d characters; this one has %d", maxMessage, n)
	}
	return nil
}

func readJSON(body string, into any) error {
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return nil
		}
		return errors.New("data after the JSON object")
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s cannot be a JSON %s", wrong.Field, wrong.Value)
	}
	if key, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("unknown key %s; %s", strings.Trim(key, `"`), schema.Suggest(strings.Trim(key, `"`), keys(into)))
	}
	return err
}

// keys lists the keys of a message.
func keys(of any) (all []string) {
	for field := range reflect.TypeOf(of).Elem().Fields() {
		all = append(all, field.Tag.Get("json"))
	}
	return all
}

// checkName refuses what cannot be the name of a message.
func checkName(name string) error {
	refused := func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' || r == '{' }
	if name == "" || len(name) > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, refused) {
		return fmt.Errorf("%s cannot be the name of a message: it has 1 to %d bytes without spaces", schema.Quote(name), maxName)
	}
	return nil
}

func checkLifetime(ms *int64) error {
	if ms != nil && (*ms < 0 || *ms > maxLifetime.Milliseconds()) {
		return fmt.Errorf("lifetimeMs is %d; must be 0 (never) to %d", *ms, maxLifetime.Milliseconds())
	}
	return nil
}

// expires returns from when a message says nothing any more.
func expires(now plugins.Instant, ms *int64, usual time.Duration) plugins.Instant {
	if ms != nil {
		usual = time.Duration(*ms) * time.Millisecond
	}
	if usual == 0 {
		return plugins.Never
	}
	return now.Add(usual)
}

// message returns the message that comes now, whose text takes a time to be shown to
// its end; 0: all of it is shown at once.
func (n notification) message(options Messages, now plugins.Instant, textTime time.Duration) message {
	m := message{
		Message: topics.Message{Name: n.Name, Text: n.Text, Came: now, Priority: n.Priority, Hold: n.Hold},
		lasts:   options.For, expires: expires(now, n.Lifetime, options.Expire), wake: n.Wake == nil || *n.Wake,
	}
	if n.Duration != nil {
		m.lasts = time.Duration(*n.Duration) * time.Millisecond
	}
	if n.Repeat > 0 && textTime > 0 {
		m.lasts = time.Duration(n.Repeat) * textTime
	}
	m.lasts = max(m.lasts, textTime)
	return m
}
