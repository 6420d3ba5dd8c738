package ptv

import (
	"context"
	"errors"
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

// maxDetail limits the detail of an error, in characters.
const maxDetail = 300

// reply is a response with status 200.
type reply struct {
	members map[string]gjson.Result
	at      time.Time // of the Date header; zero if there is none
}

// get requests a path and query.
func (c Client) get(ctx context.Context, path string, query url.Values) (reply, error) {
	id, key, err := c.credentials()
	if err != nil {
		return reply{}, err
	}
	target, err := c.target(path, query)
	if err != nil {
		return reply{}, err
	}
	secrets := []string{id, key}
	sign := func(u url.URL) *url.URL {
		query := u.Query()
		query.Del("devid") // of a redirect
		query.Del("signature")
		u.RawQuery = query.Encode()
		address := signed(u, id, key)
		secrets = append(secrets, address.Query().Get("signature"))
		return address
	}
	r, err := sources.Get(ctx, c.HTTP, target, "ptvd", sign)
	var members map[string]gjson.Result
	if err == nil {
		members = sources.Object(r.Body)
		err = responseError(r.Status, r.Body, members)
	}
	if err != nil {
		return reply{}, redact(err, secrets...)
	}
	return reply{members, r.At}, nil
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
	base, err := sources.ParseBase(c.BaseURL, defaults.BaseURL)
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
