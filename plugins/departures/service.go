package departures

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// Service is a server that replies in JSON.
type Service struct {
	BaseURL string // a scheme and a host
	Agent   string // the User-Agent, with the version
	HTTP    http.RoundTripper

	// Sign returns the URL that is sent, with credentials; nil: it needs none.
	Sign func(url.URL) *url.URL
	// Explain returns the error that a response is where this service differs from
	// others, and nil where it does not; nil: it never does. The message is that of the reply.
	Explain func(status int, message string, reply gjson.Result) *Error
}

// Get requests a path, which is escaped, and what of a query is not empty. It returns the
// reply, and when it was made; zero: not known. It blocks: call it beside the loop. An error
// is an *[Error].
func (s Service) Get(ctx context.Context, path string, query url.Values) (reply gjson.Result, at time.Time, err error) {
	target, err := parseBase(s.BaseURL)
	if err == nil {
		maps.DeleteFunc(query, func(_ string, values []string) bool { return strings.Join(values, "") == "" })
		target.RawPath, target.RawQuery = path, query.Encode()
		target.Path, err = url.PathUnescape(path)
	}
	if err != nil {
		return reply, at, &Error{Summary: "invalid URL", Detail: err.Error(), Persistent: true}
	}
	r, err := s.get(ctx, target)
	if err != nil {
		return reply, at, err
	}
	reply = Parse(r.body)
	return reply, r.at, s.check(r, reply)
}

// check returns the error that a response is.
func (s Service) check(r response, reply gjson.Result) error {
	var message string
	for _, name := range []string{"message", "Message", "error"} { // of ASP.NET, too
		message = cmp.Or(message, detail(reply.Get(name)))
	}
	if s.Explain != nil {
		if err := s.Explain(r.status, message, reply); err != nil {
			return err
		}
	}
	switch {
	case r.status == http.StatusNotFound:
		return &Error{Summary: "not found", Detail: cmp.Or(message, "no such stop"), Persistent: true, NoStop: true}
	case r.status == http.StatusBadRequest || r.status == http.StatusUnprocessableEntity:
		return &Error{Summary: "bad request", Detail: cmp.Or(message, "the service does not accept the options"), Persistent: true}
	case r.status == http.StatusTooManyRequests:
		return &Error{Summary: "throttled", Detail: "too many requests", Persistent: true, RetryAfter: r.retryAfter}
	case r.status != http.StatusOK:
		return &Error{Summary: "HTTP " + strconv.Itoa(r.status), Detail: cmp.Or(message, http.StatusText(r.status), "no explanation"), RetryAfter: r.retryAfter}
	case bytes.HasPrefix(bytes.TrimSpace(r.body), []byte("<")):
		return InvalidReply("HTML instead of JSON: the network may have a login page (captive portal)")
	case !reply.Exists():
		return InvalidReply("not JSON, or truncated")
	}
	return nil
}
