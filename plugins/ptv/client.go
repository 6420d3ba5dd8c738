package ptv

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/tidwall/gjson"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
)

// Client makes requests to the API. Its methods block: call them through [plugins.Await].
// Errors of the API and of the network are *[APIError].
type Client struct {
	BaseURL string
	ID, Key plugins.Secret
	HTTP    http.RoundTripper
}

// maxBody limits a reply, after decompression, in bytes. A reply with ten departures in
// each direction has about ten kilobytes.
const maxBody = 2 << 20

const maxRedirects = 3

// maxDetail limits the detail of an error, in characters.
const maxDetail = 300

// reply is a response with status 200.
type reply struct {
	members map[string]gjson.Result
	at      time.Time // of the Date header; zero if there is none
}

// get requests a path and query. It uses the transport and not an http.Client, which would
// send the signature to the target of a redirect and include the URL in its errors.
func (c Client) get(ctx context.Context, path string, query url.Values) (reply, error) {
	id, key, err := c.credentials()
	if err != nil {
		return reply{}, err
	}
	target, err := c.target(path, query)
	if err != nil {
		return reply{}, err
	}
	for range maxRedirects + 1 {
		address := signed(*target, id, key)
		r, location, err := c.roundTrip(ctx, address)
		if err == nil && location != "" {
			target, err = redirect(target, location)
		}
		if err != nil {
			return reply{}, redact(err, id, key, address.Query().Get("signature"))
		}
		if location == "" {
			return r, nil
		}
	}
	return reply{}, invalidReply("too many redirects")
}

// credentials reads the id and the key for each request, so that a key that is added or
// replaced is used without a restart.
func (c Client) credentials() (id, key string, err error) {
	if id, err = c.ID.Reveal(); err != nil {
		return "", "", &APIError{Summary: "no id", Detail: err.Error(), Persistent: true}
	}
	if key, err = c.Key.Reveal(); err != nil {
		return "", "", &APIError{Summary: "no key", Detail: err.Error(), Persistent: true}
	}
	return id, key, nil
}

// target returns the URL of a path, which is already escaped.
func (c Client) target(path string, query url.Values) (*url.URL, error) {
	base, err := parseBase(c.BaseURL)
	if err != nil {
		return nil, &APIError{Summary: "invalid URL", Detail: err.Error(), Persistent: true}
	}
	base.RawPath = path
	if base.Path, err = url.PathUnescape(path); err != nil {
		return nil, &APIError{Summary: "invalid URL", Detail: err.Error(), Persistent: true}
	}
	base.RawQuery = query.Encode()
	return base, nil
}

// roundTrip makes one request. It returns a reply, or the location of a redirect.
func (c Client) roundTrip(ctx context.Context, to *url.URL) (r reply, location string, err error) {
	request := &http.Request{
		Method: http.MethodGet, URL: to, Host: to.Host,
		Header: http.Header{"User-Agent": {"ptvd"}, "Accept": {"application/json"}},
	}
	response, err := c.HTTP.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return reply{}, "", networkError(ctx, err)
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if location = response.Header.Get("Location"); location != "" {
			return reply{}, location, nil
		}
	}
	r, err = readReply(ctx, response)
	return r, "", err
}

func readReply(ctx context.Context, r *http.Response) (reply, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return reply{}, networkError(ctx, err)
	}
	if len(body) > maxBody {
		return reply{}, invalidReply("larger than 2 MiB")
	}
	members := sources.Object(body)
	if err := responseError(r.StatusCode, body, members); err != nil {
		return reply{}, err
	}
	at, _ := http.ParseTime(r.Header.Get("Date"))
	return reply{members, at}, nil
}

// redirect returns the target of a redirect, without a signature. It must be on the same
// host, which is the one that gets the credentials; it may change from http to https.
func redirect(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	if err != nil {
		return nil, invalidReply("redirect to an invalid URL")
	}
	same := to.Scheme == from.Scheme && to.Host == from.Host
	upgrade := from.Scheme == "http" && to.Scheme == "https" && to.Hostname() == from.Hostname()
	if !same && !upgrade {
		return nil, &APIError{
			Summary: "wrong host",
			Detail:  "redirected to " + to.Scheme + "://" + to.Host + ": the network may have a login page (captive portal), or the API has moved (base_url)",
		}
	}
	query := to.Query()
	query.Del("devid")
	query.Del("signature")
	to.RawQuery, to.Fragment, to.User = query.Encode(), "", nil
	return to, nil
}

// minSecret is the length from which redact looks for a secret. Shorter ones cannot be an
// id or a key, and would match parts of words.
const minSecret = 6

// redact removes credentials from the detail of an error, and makes the rest printable.
func redact(err error, secrets ...string) error {
	apiError, ok := errors.AsType[*APIError](err)
	if !ok {
		return err
	}
	redacted := *apiError
	for _, secret := range secrets {
		if len(secret) < minSecret {
			continue
		}
		anyCase := regexp.MustCompile("(?i)" + regexp.QuoteMeta(secret))
		redacted.Detail = anyCase.ReplaceAllLiteralString(redacted.Detail, "[secret]")
	}
	redacted.Detail = sources.Clean(redacted.Detail, maxDetail)
	return &redacted
}
