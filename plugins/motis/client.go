package motis

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
)

// Client makes requests to a MOTIS. Its methods block: call them through [plugins.Await].
// Errors of the service and of the network are *[sources.Error].
type Client struct {
	BaseURL, Language string
	Agent             string // the User-Agent, with a contact
	HTTP              http.RoundTripper
}

// get requests a path and query.
func (c Client) get(ctx context.Context, path string, query url.Values) (reply gjson.Result, at time.Time, err error) {
	base, err := sources.ParseBase(c.BaseURL, Transitous)
	if err != nil {
		return reply, at, &sources.Error{Summary: "invalid URL", Detail: err.Error(), Persistent: true}
	}
	if c.Language != "" {
		query.Set("language", c.Language)
	}
	base.Path, base.RawQuery = path, query.Encode()
	r, err := sources.Get(ctx, c.HTTP, base, c.Agent, nil)
	if err != nil {
		return reply, at, err
	}
	if gjson.ValidBytes(r.Body) {
		reply = gjson.ParseBytes(r.Body)
	}
	return reply, r.At, responseError(r, reply)
}

// responseError returns the error that a response reports, nil if it reports none.
func responseError(r sources.Response, reply gjson.Result) error {
	message := sources.Clean(sources.Text(reply.Get("error")), 300)
	switch {
	case r.Status == http.StatusTooManyRequests:
		return &sources.Error{Summary: "throttled", Detail: "too many requests", Persistent: true, RetryAfter: r.RetryAfter}
	case r.Status == http.StatusNotFound:
		return &sources.Error{Summary: "not found", Detail: cmp.Or(message, "no such stop") + "; its ID may have changed: ptvd stops --source motis finds it", Persistent: true}
	case r.Status == http.StatusBadRequest, r.Status == http.StatusUnprocessableEntity:
		return &sources.Error{Summary: "bad request", Detail: cmp.Or(message, "the service does not accept the options; check stop, near and modes"), Persistent: true}
	case r.Status != http.StatusOK:
		return &sources.Error{Summary: "HTTP " + strconv.Itoa(r.Status), Detail: cmp.Or(message, http.StatusText(r.Status), "no explanation"), RetryAfter: r.RetryAfter}
	case bytes.HasPrefix(bytes.TrimSpace(r.Body), []byte("<")):
		return sources.InvalidReply("HTML instead of JSON: the network may have a login page (captive portal)")
	case !reply.Exists():
		return sources.InvalidReply("not JSON, or truncated")
	}
	return nil
}

// departures fetches what is configured. The time is the board's, for a reply without one.
func (c Client) departures(ctx context.Context, cfg Config, now time.Time) (sources.Reply, error) {
	reply, at, err := c.get(ctx, "/api/v6/stoptimes", cfg.query())
	if err != nil {
		return sources.Reply{}, err
	}
	members := map[string]gjson.Result{}
	sources.Members(reply, func(name string, v gjson.Result) { members[name] = v })
	found, err := decodeStopTimes(members)
	if err != nil {
		return sources.Reply{}, err
	}
	if found.At = now; !at.IsZero() {
		found.At = at // the server's clock is right
	}
	found.Complete = found.Complete && len(found.List) < cfg.wanted()
	return found, nil
}

// FindStops returns the stops that a text names, the best match first, those near a
// position preferred, if there is one.
func (c Client) FindStops(ctx context.Context, text string, near plugins.Position) ([]Stop, error) {
	query := url.Values{"text": {text}, "type": {"STOP"}}
	if near != (plugins.Position{}) {
		query.Set("place", near.String())
	}
	reply, _, err := c.get(ctx, "/api/v1/geocode", query)
	if err != nil {
		return nil, err
	}
	return decodeStops(reply)
}
