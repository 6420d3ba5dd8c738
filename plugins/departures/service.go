package departures

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"ptvd/plugins"
)

// Options are the options of every source; its Config embeds them.
type Options struct {
	Walk             time.Duration `yaml:"walk" doc:"the time from the door to the stop or platform; what leaves sooner cannot be caught" min:"0s" max:"2h"`
	Count            int           `yaml:"count" doc:"how many departures to keep, in addition to those within the walk" min:"1" max:"30"`
	IncludeCancelled bool          `yaml:"include_cancelled" doc:"keep cancelled services, which are shown as cancelled"`
}

// ServiceOptions are the options of a source that asks a [Service].
type ServiceOptions struct {
	Every time.Duration `yaml:"every" doc:"how often departures are fetched" min:"10s" max:"1h"`
	Options
	Share    bool   `yaml:"share" doc:"publish the departures for other boards, too: the topic shared, which an instance of mqtt passes on to their remote"`
	OnDemand bool   `yaml:"on_demand" doc:"fetch departures only when an instance of remote asks for them, which hears of none from other boards"`
	BaseURL  string `yaml:"base_url" doc:"the address of the service"`
}

// Topics returns the topic for other boards, if there is one.
func (o ServiceOptions) Topics() (list plugins.TopicList) {
	if o.Share {
		list = plugins.Topics(sharedTopic)
	}
	return list
}

// Validate checks the address.
func (o ServiceOptions) Validate() error {
	if _, err := parseBase(o.BaseURL); err != nil {
		return plugins.OptionErrorf("base_url", "%w", err)
	}
	return nil
}

// Wanted returns how many departures to request: those to keep, those within the walk, at
// most one every two minutes, and one more, which tells whether there are others. If a
// filter drops some of them, several times as many are needed; but more than 100 would take
// a small board too long to decode.
func (o Options) Wanted(times int) int {
	const headway = 2 * time.Minute
	n := o.Count + int((o.Walk+headway-1)/headway) + 1
	return max(n, min(times*n, 100))
}

// Service is a server that replies in JSON.
type Service struct {
	BaseURL string // a scheme and a host
	Agent   string // the User-Agent, with the version
	HTTP    http.RoundTripper

	// Sign returns the URL that is sent, with credentials; nil: it needs none.
	Sign func(url.URL) *url.URL
	// Explain returns the error that a response is where this service differs from
	// others, and nil where it does not; nil: it never does. The message is that of the
	// reply, and health its status.health; empty: it has none.
	Explain func(status int, message, health string) *Error
}

// Get requests a path, which is escaped, and what of a query is not empty. It returns the
// reply, and when it was made; zero: not known. Redirects are followed on the same host only.
// It blocks: call it beside the loop. An error is an *[Error].
//
// It uses the transport and not an http.Client, which would send credentials to the target
// of a redirect and include the URL in its errors.
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
	for range maxRedirects + 1 {
		answer, body, err := s.send(ctx, target)
		if err != nil {
			return reply, at, err
		}
		location := answer.Header.Get("Location")
		if answer.StatusCode/100 != 3 || location == "" {
			at, _ = http.ParseTime(answer.Header.Get("Date"))
			reply = Parse(body)
			return reply, at, s.check(answer, body, reply, at)
		}
		if target, err = redirect(target, location); err != nil {
			return reply, at, err
		}
	}
	return reply, at, InvalidReply("too many redirects")
}

// send makes one request, and returns the answer and its whole body.
func (s Service) send(ctx context.Context, target *url.URL) (*http.Response, []byte, error) {
	if s.Sign != nil {
		target = s.Sign(*target)
	}
	request := &http.Request{
		Method: http.MethodGet, URL: target, Host: target.Host,
		Header: http.Header{"User-Agent": {s.Agent}, "Accept": {"application/json"}},
	}
	answer, err := s.HTTP.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return nil, nil, networkError(ctx, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, nil, networkError(ctx, err)
	case len(body) > maxBody:
		return nil, nil, InvalidReply("larger than 2 MiB")
	}
	return answer, body, nil
}

func (s Service) check(answer *http.Response, body []byte, reply gjson.Result, at time.Time) error {
	var told struct {
		Message, Error string `as:"detail"`
		Capital        string `json:"Message" as:"detail"` // of ASP.NET
		Status         struct {
			Health string `as:"text"`
		}
	}
	Read(reply, &told)
	status, message := answer.StatusCode, cmp.Or(told.Message, told.Capital, told.Error)
	after := retryAfter(answer.Header.Get("Retry-After"), at)
	if s.Explain != nil {
		if err := s.Explain(status, message, told.Status.Health); err != nil {
			err.RetryAfter = after
			return err
		}
	}
	switch {
	case status == http.StatusNotFound:
		return &Error{Summary: "not found", Detail: cmp.Or(message, "no such stop"), Persistent: true, NoStop: true}
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		return &Error{Summary: "bad request", Detail: cmp.Or(message, "the service does not accept the options"), Persistent: true}
	case status == http.StatusTooManyRequests:
		return &Error{Summary: "throttled", Detail: "too many requests", Persistent: true, RetryAfter: after}
	case status != http.StatusOK:
		return &Error{
			Summary: "HTTP " + strconv.Itoa(status), Detail: cmp.Or(message, http.StatusText(status), "no explanation"),
			Persistent: after >= time.Minute, OfRequest: true, RetryAfter: after,
		}
	case bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")):
		return InvalidReply("HTML instead of JSON: the network may have a login page (captive portal)")
	case !reply.Exists():
		return InvalidReply("not JSON, or truncated")
	}
	return nil
}

const noNetwork = "no network" // the summary of a lookup that failed

// Error is a failed request.
type Error struct {
	Summary string // a few words, for a panel
	Detail  string // the cause, in the same words each time, and what to do

	// Persistent means that a retry within seconds is useless: the credentials are
	// wrong, there were too many requests, or the server wants none for a minute or more.
	Persistent bool

	OfRequest  bool          // other requests of the source need not have it
	NoStop     bool          // the service does not know the stop
	RetryAfter time.Duration // how long the server wants no request; 0: it does not say
}

func (e *Error) Error() string { return e.Summary + ": " + e.Detail }

func (e *Error) pause(of *plugins.Backoff) time.Duration {
	first, longest := 5*time.Second, 5*time.Minute
	if e.Persistent {
		first = time.Minute
	}
	if e.Summary == noNetwork { // the service was not asked
		longest = time.Minute
	}
	return max(of.Next(first, longest), e.RetryAfter)
}

// InvalidReply is the error of a reply that is not as documented.
func InvalidReply(detail string) error { return &Error{Summary: "invalid reply", Detail: detail} }

var errTimeout = &Error{Summary: "timeout", Detail: "no reply from the server"}

const (
	maxBody      = 2 << 20 // bytes of a reply, after decompression; the usual one has about ten kilobytes
	maxRedirects = 3
)

// retryAfter reads a Retry-After, which is a number of seconds or a time; an hour at most.
func retryAfter(text string, now time.Time) (after time.Duration) {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		after = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil && !now.IsZero() {
		after = at.Sub(now)
	}
	return min(max(0, after), time.Hour)
}

// parseBase reads a base URL: a scheme and a host, without parts that would have to be
// signed or kept secret.
func parseBase(base string) (*url.URL, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, errors.New("a base URL is a scheme and a host, such as https://api.transitous.org")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// redirect returns the target of a redirect. It must be on the same host, which is the one
// that gets the credentials; it may change from http to https.
func redirect(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	if err != nil {
		return nil, InvalidReply("redirect to an invalid URL")
	}
	same := to.Scheme == from.Scheme && to.Host == from.Host
	upgrade := from.Scheme == "http" && to.Scheme == "https" && to.Hostname() == from.Hostname()
	if !same && !upgrade {
		return nil, &Error{
			Summary: "wrong host",
			Detail:  "redirected to " + to.Scheme + "://" + to.Host + ": the network may have a login page (captive portal), or the API has moved (base_url)",
		}
	}
	to.Fragment, to.User = "", nil
	return to, nil
}

// networkError returns an error of the network without the addresses and port numbers
// that differ from one request to the next.
func networkError(ctx context.Context, err error) error {
	lookup, isLookup := errors.AsType[*net.DNSError](err)
	certificate, _ := errors.AsType[x509.CertificateInvalidError](err)
	operation, isOperation := errors.AsType[*net.OpError](err)
	timeout, _ := errors.AsType[net.Error](err)
	switch {
	case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ctx.Err() // the caller has stopped waiting
	case certificate.Reason == x509.Expired:
		return &Error{Summary: "clock not set", Detail: "certificate has expired or is not yet valid: check that the system clock is set"}
	case isLookup && lookup.IsNotFound:
		return &Error{Summary: noNetwork, Detail: "lookup " + lookup.Name + ": no such host"}
	case isLookup:
		return &Error{Summary: noNetwork, Detail: "lookup " + lookup.Name + ": temporary failure in name resolution"}
	case timeout != nil && timeout.Timeout():
		return errTimeout
	case isOperation:
		err = operation.Err
	}
	return &Error{Summary: "no connection", Detail: err.Error()}
}
