package ptv

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
)

// Client makes requests to the API. Its methods block: call them through [plugins.Await].
// Errors of the API and of the network are *[sources.Error].
type Client struct {
	BaseURL string
	ID, Key plugins.Secret
	Agent   string // the User-Agent
	HTTP    http.RoundTripper
}

// maxDetail limits the detail of an error, in characters.
const maxDetail = 300

func (c Client) get(ctx context.Context, path string, query url.Values) (reply gjson.Result, at time.Time, err error) {
	id, key, err := c.credentials()
	if err != nil {
		return reply, at, err
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
	service := sources.Service{BaseURL: c.BaseURL, Agent: c.Agent, HTTP: c.HTTP, Sign: sign, Explain: explain}
	reply, at, err = service.Get(ctx, path, query)
	return reply, at, redact(err, secrets...)
}

// explain returns the error that a response reports, nil if it reports none. The status
// alone is not enough: the API sends 403 for an invalid signature, for a disabled key and
// for too many requests.
func explain(status int, message, health string) *sources.Error {
	mentions := func(word string) bool { return strings.Contains(strings.ToLower(message), word) }
	switch {
	case mentions("throttl"):
		return &sources.Error{Summary: "throttled", Detail: "too many requests with this id", Persistent: true}
	case status == http.StatusBadRequest && mentions("devid"):
		return &sources.Error{Summary: "invalid id", Detail: "the API does not know this developer id; check id", Persistent: true}
	case status == http.StatusForbidden && mentions("signature"):
		return &sources.Error{Summary: "invalid key", Detail: "invalid signature; check that key is complete and belongs to id", Persistent: true}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &sources.Error{Summary: "access denied", Detail: cmp.Or(message, "the API rejects this id and key"), Persistent: true}
	case status == http.StatusNotFound || status == http.StatusBadRequest:
		detail := cmp.Or(message, "no such stop or route; check stop, routes and route_type")
		return &sources.Error{Summary: "not found", Detail: detail, Persistent: true, OfRequest: true}
	case status == http.StatusOK && health == "0":
		return &sources.Error{Summary: "PTV is down", Detail: cmp.Or(message, "the API reports that it is not available (health 0)")}
	}
	return nil
}

// credentials reads the id and the key for each request, so that a key that is added or
// replaced is used without a restart.
func (c Client) credentials() (id, key string, err error) {
	if id, err = c.ID.Reveal(); err != nil {
		return "", "", &sources.Error{Summary: "no id", Detail: err.Error(), Persistent: true}
	}
	if key, err = c.Key.Reveal(); err != nil {
		return "", "", &sources.Error{Summary: "no key", Detail: err.Error(), Persistent: true}
	}
	return id, key, nil
}

// minSecret is the length from which redact looks for a secret. Shorter ones cannot be an
// id or a key, and would match parts of words.
const minSecret = 6

// redact removes credentials from the detail of an error, and makes the rest printable.
func redact(err error, secrets ...string) error {
	apiError, ok := errors.AsType[*sources.Error](err)
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

// sign returns the signature of a request: HMAC-SHA1, with the key as it is written, over
// the path and query that are sent.
func sign(key, pathAndQuery string) string {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(pathAndQuery))
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}

// signed returns target with the developer id and the signature appended, which must be the
// last parameter.
func signed(target url.URL, id, key string) *url.URL {
	if target.RawQuery != "" {
		target.RawQuery += "&"
	}
	target.RawQuery += "devid=" + url.QueryEscape(id)
	target.RawQuery += "&signature=" + sign(key, target.RequestURI())
	return &target
}
