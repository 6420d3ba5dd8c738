package display

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ptvd/plugins"
)

func TestAMessageIsATextOrJSONAndAnythingElseIsRefused(t *testing.T) {
	for arg, want := range map[string]string{
		"Dinner":             "",
		`{"text": "Dinner"}`: "",
		`{"text":"a","name":"bell","priority":9,"durationMs":5000,"repeat":2,"hold":true,"stack":false,"wakeup":false,"lifetimeMs":0}`: "",
		"":                                 "text: a message has 1 to 500 characters; this one has 0",
		`{}`:                               "text: a message has 1 to 500 characters; this one has 0",
		strings.Repeat("ä", 501):           "text: a message has 1 to 500 characters; this one has 501",
		strings.Repeat("x", 4097):          "a message of 4097 bytes; the limit is 4096",
		`{"text":"a"`:                      "unexpected EOF",
		`{"text":"a"} b`:                   "data after the JSON object",
		`{"text":"a","colour":"red"}`:      "unknown key colour; there are text, name, priority, durationMs, repeat, hold, stack, wakeup and lifetimeMs",
		`{"text":"a","lifetime":1}`:        "unknown key lifetime; did you mean lifetimeMs?",
		`{"text":1}`:                       "text cannot be a JSON number",
		`{"text":"a","repeat":21}`:         "repeat is 21; must be 0 to 20",
		`{"text":"a","priority":-1}`:       "priority is -1; must be 0 to 9",
		`{"text":"a","durationMs":0}`:      "durationMs is 0; must be 1 to 3600000",
		`{"text":"a","durationMs":1e300}`:  "durationMs cannot be a JSON number 1e300",
		`{"text":"a","lifetimeMs":-1}`:     "lifetimeMs is -1; must be 0 (never) to 31536000000",
		`{"text":"a","name":"front door"}`: `"front door" cannot be the name of a message: it has 1 to 64 bytes without spaces`,
	} {
		if _, err := readNotification(arg); text(err) != want {
			t.Errorf("%.60q: got %q, want %q", arg, text(err), want)
		}
	}
	for arg, want := range map[string]string{
		"bins Bins out": "",
		`bins {"text":"Bins out","lifetimeMs":60000,"lifetimeExpiry":"mark"}`: "",
		"bins":              "text: a message has 1 to 500 characters; this one has 0",
		`{"text": "a"}`:     `"{\"text\":" cannot be the name of a message: it has 1 to 64 bytes without spaces`,
		`bins {"name":"a"}`: "unknown key name; there are text, lifetimeMs and lifetimeExpiry",
		`bins {"text":"a","lifetimeExpiry":"keep"}`: "lifetimeExpiry is keep; there is remove and mark",
	} {
		if _, _, err := readPage(arg); text(err) != want {
			t.Errorf("%q: got %q, want %q", arg, text(err), want)
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func FuzzAMessageIsWithinItsLimitsOrRefused(f *testing.F) {
	for _, seed := range []string{"Dinner", `{"text":"a","name":"bell","priority":9,"durationMs":5000,"repeat":2,"hold":true,"lifetimeMs":0}`, `{"text":null}`, "\xff\x00", "{"} {
		f.Add(seed)
	}
	options := Messages{For: 20 * time.Second, Expire: time.Hour}
	f.Fuzz(func(t *testing.T, arg string) {
		if name, p, err := readPage(arg); err == nil && (p.Text == "" || name == "") {
			t.Errorf("%q is the page %q with the text %q", arg, name, p.Text)
		}
		n, err := readNotification(arg)
		if err != nil {
			return
		}
		now := plugins.Instant(time.Hour)
		m := n.message(options, now, 5*time.Second)
		if chars := utf8.RuneCountInString(m.Text); chars == 0 || chars > maxMessage || !utf8.ValidString(m.Text) || strings.ContainsAny(m.Text, "\n\t\x00") {
			t.Errorf("%q has the text %q", arg, m.Text)
		}
		if m.lasts < 5*time.Second || m.lasts > maxDuration || m.expires < now {
			t.Errorf("%q is up for %v, until %v", arg, m.lasts, m.expires)
		}
	})
}
