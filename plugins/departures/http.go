package departures

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Error is a failed request.
type Error struct {
	Summary string // a few words, for a panel
	Detail  string // the cause, in the same words each time, and what to do

	// Persistent means that a retry within seconds is useless: the credentials are
	// wrong, or there were too many requests.
	Persistent bool

	OfRequest  bool          // other requests of the source need not have it
	NoStop     bool          // the service does not know the stop
	RetryAfter time.Duration // how long the server wants no request; 0: it does not say
}

func (e *Error) Error() string { return e.Summary + ": " + e.Detail }

// firstRetry returns the pause before the first retry.
func (e *Error) firstRetry() time.Duration {
	if e.Persistent {
		return time.Minute
	}
	return 5 * time.Second
}

// InvalidReply is the error of a reply that is not as documented.
func InvalidReply(detail string) error { return &Error{Summary: "invalid reply", Detail: detail} }

var errTimeout = &Error{Summary: "timeout", Detail: "no reply from the server"}

const (
	maxBody       = 2 << 20 // bytes of a reply, after decompression; the usual one has about ten kilobytes
	maxRedirects  = 3
	maxRetryAfter = time.Hour
)

// response is what a server has answered.
type response struct {
	status     int
	body       []byte
	at         time.Time     // of its Date; zero if there is none
	retryAfter time.Duration // how long it wants no request, an hour at most
}

// get requests a URL. Redirects are followed on the same host only. It uses the transport
// and not an http.Client, which would send credentials to the target of a redirect and
// include the URL in its errors.
func (s Service) get(ctx context.Context, target *url.URL) (response, error) {
	for range maxRedirects + 1 {
		address := target
		if s.Sign != nil {
			address = s.Sign(*target)
		}
		request := &http.Request{
			Method: http.MethodGet, URL: address, Host: address.Host,
			Header: http.Header{"User-Agent": {s.Agent}, "Accept": {"application/json"}},
		}
		r, location, err := roundTrip(ctx, s.HTTP, request)
		if err != nil || location == "" {
			return r, err
		}
		if target, err = redirect(target, location); err != nil {
			return response{}, err
		}
	}
	return response{}, InvalidReply("too many redirects")
}

// roundTrip makes one request. It returns a response, or the location of a redirect.
func roundTrip(ctx context.Context, via http.RoundTripper, request *http.Request) (r response, location string, err error) {
	answer, err := via.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return r, "", networkError(ctx, err)
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if location = answer.Header.Get("Location"); location != "" {
			return r, location, nil
		}
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	switch {
	case err != nil:
		return r, "", networkError(ctx, err)
	case len(body) > maxBody:
		return r, "", InvalidReply("larger than 2 MiB")
	}
	at, _ := http.ParseTime(answer.Header.Get("Date"))
	return response{answer.StatusCode, body, at, retryAfter(answer.Header.Get("Retry-After"), at)}, "", nil
}

// retryAfter reads a Retry-After, which is a number of seconds or a time.
func retryAfter(text string, now time.Time) (after time.Duration) {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		after = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil && !now.IsZero() {
		after = at.Sub(now)
	}
	return min(max(0, after), maxRetryAfter)
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
	var (
		lookup      *net.DNSError
		certificate x509.CertificateInvalidError
		operation   *net.OpError
		timeout     net.Error
	)
	switch {
	case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ctx.Err() // the caller has stopped waiting
	case errors.As(err, &certificate) && certificate.Reason == x509.Expired:
		return &Error{Summary: "clock not set", Detail: "certificate has expired or is not yet valid: check that the system clock is set"}
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return &Error{Summary: "no network", Detail: "lookup " + lookup.Name + ": no such host"}
	case errors.As(err, &lookup):
		return &Error{Summary: "no network", Detail: "lookup " + lookup.Name + ": temporary failure in name resolution"}
	case errors.As(err, &timeout) && timeout.Timeout():
		return errTimeout
	case errors.As(err, &operation):
		return &Error{Summary: "no connection", Detail: operation.Err.Error()}
	}
	return &Error{Summary: "no connection", Detail: err.Error()}
}
