package ptv

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"ptvd/plugins"
)

// Client asks the service. Its methods block: call them through [plugins.Await].
// What the service refuses and what the network fails to do is a [Trouble].
type Client struct {
	BaseURL string
	ID, Key plugins.Secret
	HTTP    http.RoundTripper
}

// maxBody bounds a reply, after decompression. One of ten departures in each
// direction has some ten kilobytes.
const maxBody = 2 << 20

// reply is what the service sent with status 200.
type reply struct {
	body []byte
	at   time.Time // the server's time, by its Date header; zero: it did not say
}

// get asks for a path and query. It speaks to the transport itself and not
// through an http.Client, which would take the signature along on a redirect and
// put the address into its errors.
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
		answer, next, err := c.attempt(ctx, address)
		if err == nil && next != "" {
			target, err = follow(target, next)
		}
		if err != nil {
			return reply{}, conceal(err, id, key, address.Query().Get("signature"))
		}
		if next == "" {
			return answer, nil
		}
	}
	return reply{}, &Trouble{Words: "odd reply", Detail: "the service redirects without an end"}
}

// credentials reads the id and the key anew each time: a key that is put in place
// or replaced counts from the next request on.
func (c Client) credentials() (id, key string, err error) {
	if id, err = c.ID.Reveal(); err != nil {
		return "", "", &Trouble{Words: "no id", Detail: err.Error(), Lasting: true}
	}
	if key, err = c.Key.Reveal(); err != nil {
		return "", "", &Trouble{Words: "no key", Detail: err.Error(), Lasting: true}
	}
	return id, key, nil
}

// target returns the address of a path, which is given as it is to be sent, with
// its escapes.
func (c Client) target(path string, query url.Values) (*url.URL, error) {
	base, err := parseBase(c.BaseURL)
	if err != nil {
		return nil, &Trouble{Words: "no address", Detail: err.Error(), Lasting: true}
	}
	base.RawPath = path
	if base.Path, err = url.PathUnescape(path); err != nil {
		return nil, &Trouble{Words: "no address", Detail: "a path that cannot be written", Lasting: true}
	}
	base.RawQuery = query.Encode()
	return base, nil
}

// attempt makes one request. Where it is answered by a redirect, it returns that.
func (c Client) attempt(ctx context.Context, to *url.URL) (answer reply, redirect string, err error) {
	request := &http.Request{
		Method: http.MethodGet, URL: to, Host: to.Host,
		Header: http.Header{"User-Agent": {"ptvd"}, "Accept": {"application/json"}},
	}
	response, err := c.HTTP.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return reply{}, "", unreachable(ctx, err)
	}
	defer response.Body.Close()
	if to := redirection(response); to != "" {
		return reply{}, to, nil
	}
	answer, err = read(ctx, response)
	return answer, "", err
}

// read takes the body of a response, or what it says of a failure.
func read(ctx context.Context, r *http.Response) (reply, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return reply{}, unreachable(ctx, err)
	}
	if len(body) > maxBody {
		return reply{}, &Trouble{Words: "odd reply", Detail: "the reply is larger than 2 MiB"}
	}
	if err := refusal(r.StatusCode, body); err != nil {
		return reply{}, err
	}
	at, _ := http.ParseTime(r.Header.Get("Date"))
	return reply{body, at}, nil
}

// shortestSecret is what conceal looks for: what is shorter is no id or key, and
// would be found in the middle of words.
const shortestSecret = 6

// conceal strikes the credentials out of what the other side said, and makes the
// rest fit to be shown.
func conceal(err error, secrets ...string) error {
	trouble, ok := err.(*Trouble)
	if !ok {
		return err
	}
	detail := trouble.Detail
	for _, secret := range secrets {
		if len(secret) < shortestSecret {
			continue
		}
		inAnyCase := regexp.MustCompile("(?i)" + regexp.QuoteMeta(secret))
		detail = inAnyCase.ReplaceAllLiteralString(detail, "[secret]")
	}
	return &Trouble{Words: trouble.Words, Detail: clean(detail, maxDetail), Lasting: trouble.Lasting}
}
