package ptv

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// Trouble is why a request brought no answer.
type Trouble struct {
	Words  string // a few, for a panel
	Detail string // what happened, in a stable wording, and what to do

	// Lasting says that it will not go away within seconds: the service
	// refuses us, or asks us to slow down.
	Lasting bool
}

func (e *Trouble) Error() string { return e.Words + ": " + e.Detail }

// unreachable explains an error of the network. It keeps out the addresses and
// port numbers in Go's errors, which differ from one attempt to the next.
func unreachable(ctx context.Context, err error) error {
	var (
		lookup      *net.DNSError
		certificate x509.CertificateInvalidError
		operation   *net.OpError
		late        net.Error
	)
	switch {
	case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ctx.Err() // nobody wants to know any more
	case errors.As(err, &certificate) && certificate.Reason == x509.Expired:
		return &Trouble{Words: "clock not set", Detail: "the service's certificate is not valid at the time that this board takes it to be: is the clock set?"}
	case errors.As(err, &lookup):
		return &Trouble{Words: "no network", Detail: "the name " + lookup.Name + " cannot be looked up"}
	case errors.As(err, &late) && late.Timeout():
		return noAnswer
	case errors.As(err, &operation):
		return &Trouble{Words: "no connection", Detail: operation.Err.Error()}
	}
	return &Trouble{Words: "no connection", Detail: err.Error()}
}

var noAnswer = &Trouble{Words: "no answer", Detail: "the service does not answer in time"}

// refusal returns what a response says of a failure, nil when it says none. The
// status alone does not tell: 403 stands for a bad signature, for a key that was
// switched off and for too many requests.
func refusal(status int, body []byte) error {
	var said envelope
	isJSON := decode(body, &said)
	message := string(said.Message)
	about := func(word string) bool { return strings.Contains(strings.ToLower(message), word) }
	switch {
	case status == http.StatusTooManyRequests || about("throttl"):
		return &Trouble{Words: "throttled", Detail: "the service gets too many requests with this id", Lasting: true}
	case status == http.StatusBadRequest && about("devid"):
		return &Trouble{Words: "id refused", Detail: "the service does not know this id: check it", Lasting: true}
	case status == http.StatusForbidden && about("signature"):
		return &Trouble{Words: "key refused", Detail: "the service finds the signature wrong: check the key, and that it belongs to the id", Lasting: true}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &Trouble{Words: "refused", Detail: orElse(message, "the service refuses this id and key"), Lasting: true}
	case status == http.StatusNotFound || status == http.StatusBadRequest:
		return &Trouble{Words: "not found", Detail: orElse(message, "the service knows no such stop or route"), Lasting: true}
	case status != http.StatusOK:
		return &Trouble{Words: "HTTP " + strconv.Itoa(status), Detail: orElse(message, orElse(http.StatusText(status), "no explanation"))}
	case isHTML(body):
		return &Trouble{Words: "odd reply", Detail: "a web page came instead of data: does the network want a login?"}
	case !isJSON:
		return &Trouble{Words: "odd reply", Detail: "the reply is no JSON object, or was cut off"}
	case said.Status.Health == "0":
		return &Trouble{Words: "PTV is down", Detail: orElse(message, "the service says of itself that it does not work")}
	}
	return nil
}

func isHTML(body []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) }

func orElse(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}
