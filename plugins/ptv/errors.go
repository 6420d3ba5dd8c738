package ptv

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	sources "ptvd/plugins/departures"
)

// APIError is a failed request.
type APIError struct {
	Summary string // a few words, for a panel
	Detail  string // the cause, in the same words each time, and what to do

	// Persistent means that a retry within seconds is useless: the credentials are
	// wrong, or there were too many requests.
	Persistent bool

	ofRequest bool // other requests need not have it
}

// firstRetry returns the pause before the first retry.
func (e *APIError) firstRetry() time.Duration {
	if e.Persistent {
		return time.Minute
	}
	return 5 * time.Second
}

func (e *APIError) Error() string { return e.Summary + ": " + e.Detail }

// invalidReply is the error of a reply that is not as documented.
func invalidReply(detail string) error { return &APIError{Summary: "invalid reply", Detail: detail} }

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
		return &APIError{Summary: "clock not set", Detail: "certificate has expired or is not yet valid: check that the system clock is set"}
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return &APIError{Summary: "no network", Detail: "lookup " + lookup.Name + ": no such host"}
	case errors.As(err, &lookup):
		return &APIError{Summary: "no network", Detail: "lookup " + lookup.Name + ": temporary failure in name resolution"}
	case errors.As(err, &timeout) && timeout.Timeout():
		return errTimeout
	case errors.As(err, &operation):
		return &APIError{Summary: "no connection", Detail: operation.Err.Error()}
	}
	return &APIError{Summary: "no connection", Detail: err.Error()}
}

var errTimeout = &APIError{Summary: "timeout", Detail: "no reply from the server"}

// responseError returns the error that a response reports, nil if it reports none. The
// status alone is not enough: the API sends 403 for an invalid signature, for a disabled
// key and for too many requests.
func responseError(status int, body []byte, reply map[string]gjson.Result) error {
	message := cmp.Or(sources.Text(reply["message"]), sources.Text(reply["Message"])) // ASP.NET capitalizes it
	mentions := func(word string) bool { return strings.Contains(strings.ToLower(message), word) }
	switch {
	case status == http.StatusTooManyRequests || mentions("throttl"):
		return &APIError{Summary: "throttled", Detail: "too many requests with this id", Persistent: true}
	case status == http.StatusBadRequest && mentions("devid"):
		return &APIError{Summary: "invalid id", Detail: "the API does not know this developer id; check id", Persistent: true}
	case status == http.StatusForbidden && mentions("signature"):
		return &APIError{Summary: "invalid key", Detail: "invalid signature; check that key is complete and belongs to id", Persistent: true}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &APIError{Summary: "access denied", Detail: cmp.Or(message, "the API rejects this id and key"), Persistent: true}
	case status == http.StatusNotFound || status == http.StatusBadRequest:
		return &APIError{Summary: "not found", Detail: cmp.Or(message, "no such stop or route; check stop, routes and route_type"), Persistent: true, ofRequest: true}
	case status != http.StatusOK:
		return &APIError{Summary: "HTTP " + strconv.Itoa(status), Detail: cmp.Or(message, http.StatusText(status), "no explanation")}
	case bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")):
		return invalidReply("HTML instead of JSON: the network may have a login page (captive portal)")
	case reply == nil:
		return invalidReply("not a JSON object, or truncated")
	case sources.Text(reply["status"].Get("health")) == "0":
		return &APIError{Summary: "PTV is down", Detail: cmp.Or(message, "the API reports that it is not available (health 0)")}
	}
	return nil
}
