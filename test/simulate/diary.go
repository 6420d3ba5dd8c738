package simulate

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"ptvd/internal/fakeserver"
)

// diary is the log of the daemon and of the world, in virtual time. It keeps the
// last lines, and finds secrets in what is written.
type diary struct {
	world     *World
	Copy      io.Writer // of every line; nil: nobody wants one
	Lines     int
	last      [100]string
	signature [2][]byte // of the requests, in capitals and in small letters
}

func newDiary(w *World) *diary { return &diary{world: w} }

func (d *diary) handler() slog.Handler {
	return slog.NewTextHandler(d, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Duration(slog.TimeKey, d.world.clock.Now().Sub(bootedAt))
			}
			return a
		},
	})
}

// Write takes a line of the log.
func (d *diary) Write(line []byte) (int, error) {
	d.last[d.Lines%len(d.last)] = string(line)
	d.Lines++
	if d.Copy != nil {
		d.Copy.Write(line)
	}
	if secret := d.secretIn(line); secret != "" {
		d.world.Failures = append(d.world.Failures, "the log shows "+secret+": "+string(line))
	}
	if bytes.Contains(line, []byte("loading the saved level failed")) {
		d.world.Failures = append(d.world.Failures, "a state file was read that is none: "+string(line))
	}
	if bytes.Contains(line, []byte("did not stop in time")) && d.world.clock.Now() > d.world.oracle.stalled.Add(5*time.Second) {
		d.world.Failures = append(d.world.Failures, "nobody here ignores a cancellation: "+string(line))
	}
	return len(line), nil
}

// Tail returns the last lines.
func (d *diary) Tail() string {
	var text strings.Builder
	for n := max(0, d.Lines-len(d.last)); n < d.Lines; n++ {
		text.WriteString(d.last[n%len(d.last)])
	}
	return text.String()
}

// search looks for secrets in what the daemon tells in JSON.
func (d *diary) search(what string, told any) {
	text, err := json.Marshal(told)
	if err != nil {
		d.world.fail("%s cannot be written: %v", what, err)
	}
	if secret := d.secretIn(text); secret != "" {
		d.world.fail("%s shows %s", what, secret)
	}
}

// idAlone finds the id where it is not a part of a longer number.
var idAlone = regexp.MustCompile(`(^|[^0-9.])` + fakeserver.DemoID + `([^0-9]|$)`)

// secretIn tells which secret stands in a text, empty: none does.
func (d *diary) secretIn(text []byte) string {
	if credential := credentialIn(text); credential != "" {
		return credential
	}
	for _, s := range d.signature {
		if len(s) > 0 && bytes.Contains(text, s) {
			return "the signature"
		}
	}
	return ""
}

func credentialIn(text []byte) string {
	switch {
	case bytes.Contains(text, []byte(fakeserver.DemoKey)):
		return "the key"
	case bytes.Contains(text, []byte(fakeserver.DemoID)) && idAlone.Match(text):
		return "the id"
	}
	return ""
}

// signed says what the signature of the latest request is.
func (d *diary) signed(signature string) {
	d.signature = [2][]byte{[]byte(strings.ToUpper(signature)), []byte(strings.ToLower(signature))}
}
