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

// Messages that must not be logged here.
const (
	stateUnreadable = "loading the saved level failed"
	stopTimedOut    = "did not stop in time"
)

// logRecorder receives the log of the daemon and of the world, in virtual time. It
// keeps the last lines and searches all of them for secrets.
type logRecorder struct {
	world     *World
	Copy      io.Writer // gets every line; may be nil
	Lines     int
	last      [100]string
	signature [2][]byte // of the latest request, in upper and in lower case
}

func newLogRecorder(w *World) *logRecorder { return &logRecorder{world: w} }

func (r *logRecorder) handler() slog.Handler {
	return slog.NewTextHandler(r, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Duration(slog.TimeKey, r.world.clock.Now().Sub(bootedAt))
			}
			return a
		},
	})
}

// Write receives a line of the log.
func (r *logRecorder) Write(line []byte) (int, error) {
	r.last[r.Lines%len(r.last)] = string(line)
	r.Lines++
	if r.Copy != nil {
		if _, err := r.Copy.Write(line); err != nil {
			return 0, err
		}
	}
	if secret := secretIn(line, r.signature); secret != "" {
		r.world.Failures = append(r.world.Failures, "the log contains "+secret+": "+string(line))
	}
	if bytes.Contains(line, []byte(stateUnreadable)) {
		r.world.Failures = append(r.world.Failures, "a torn state file was read: "+string(line))
	}
	if bytes.Contains(line, []byte(stopTimedOut)) && r.world.clock.Now() > r.world.oracle.blockedAt.Add(5*time.Second) {
		r.world.Failures = append(r.world.Failures, "a plugin did not stop although none ignores a cancellation: "+string(line))
	}
	return len(line), nil
}

// Tail returns the last lines.
func (r *logRecorder) Tail() string {
	var text strings.Builder
	for n := max(0, r.Lines-len(r.last)); n < r.Lines; n++ {
		text.WriteString(r.last[n%len(r.last)])
	}
	return text.String()
}

// search looks for secrets in a value that the daemon encodes as JSON.
func (r *logRecorder) search(name string, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		r.world.fail("%s: %v", name, err)
	}
	if secret := secretIn(text, r.signature); secret != "" {
		r.world.fail("%s contains %s", name, secret)
	}
}

// setSignature tells the recorder the signature of the latest request.
func (r *logRecorder) setSignature(signature string) {
	r.signature = [2][]byte{[]byte(strings.ToUpper(signature)), []byte(strings.ToLower(signature))}
}

// idAlone matches the id unless it is part of a longer number.
var idAlone = regexp.MustCompile(`(^|[^0-9.])` + fakeserver.DemoID + `([^0-9]|$)`)

// secretIn returns the name of a secret that a text contains, or "".
func secretIn(text []byte, signatures [2][]byte) string {
	if credential := credentialIn(text); credential != "" {
		return credential
	}
	for _, s := range signatures {
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
